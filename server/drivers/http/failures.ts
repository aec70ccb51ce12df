import { errors } from 'undici'
import { assertNever } from '#server/core/shared/assert-never.ts'
import { QuarterdeckError } from '#server/core/shared/errors.ts'
import { AddressNotAllowedError } from '../address-policy.ts'
import { CallEndedError, type EndCause } from './call-scope.ts'
import { ConnectFailedError } from './connect.ts'

/** A call that ended without a usable answer. The message is a sentence for people. */
interface Failure {
  kind: 'failed'
  code: string
  message: string
  /** Null: the retry policy decides by the code. */
  retryable: boolean | null
}

const resetCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])

/**
 * What an error thrown while calling a module means. A reset after the request was written leaves unknown whether the
 * module did the work; calling again is right, because the idempotency key stays the same. Errors that are none of the
 * module's are thrown again.
 */
export function toFailure(error: unknown): Failure {
  const known = classify(error)
  if (known) return known
  throw error
}

/** Why an instance could not be asked for its health, ending a sentence about it; for any error whatsoever. */
export function describeUnreachable(error: unknown): string {
  if (error instanceof CallEndedError) return 'does not answer /health in time'
  if (error instanceof ConnectFailedError) return `cannot be reached: ${error.message}`
  const message = classify(error)?.message ?? (error instanceof Error ? error.message : String(error))
  return `cannot be asked: ${message}`
}

function classify(error: unknown): Failure | null {
  if (error instanceof CallEndedError) return endedFailure(error.endCause)
  if (error instanceof QuarterdeckError) return failure(error.code, error.message)
  if (error instanceof AddressNotAllowedError) return failure('ADDRESS_NOT_ALLOWED', error.message)
  if (error instanceof ConnectFailedError) {
    return failure('CONNECTION_FAILED', `The module cannot be reached: ${error.message}.`)
  }
  if (error instanceof errors.HeadersTimeoutError) {
    return failure('RESPONSE_TIMEOUT', 'The module accepted the call, but never answered.')
  }
  if (error instanceof errors.BodyTimeoutError) {
    return failure('RESPONSE_TIMEOUT', 'The module began an answer, but never finished it.')
  }
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    return failure('BAD_RESPONSE', 'The answer of the module is not valid HTTP.')
  }
  if (error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError) {
    return endedFailure('closing')
  }
  if (error instanceof Error && 'code' in error && resetCodes.has(String(error.code))) {
    return failure('CONNECTION_RESET', 'The module closed the connection before its answer was complete.')
  }
  return null
}

function endedFailure(cause: EndCause): Failure {
  switch (cause) {
    case 'cancelled':
      return failure('ABORTED', 'The call was ended before the module answered.')
    case 'closing':
      return failure('ABORTED', 'Quarterdeck stopped before the module answered.')
    case 'ceiling':
      return failure('RESPONSE_TIMEOUT', 'The module did not answer within the longest time any call may take.')
    default:
      return assertNever(cause)
  }
}

function failure(code: string, message: string): Failure {
  return { kind: 'failed', code, message, retryable: null }
}
