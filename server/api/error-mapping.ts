import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server'
import { type TRPC_ERROR_CODE_KEY, type TRPC_ERROR_CODE_NUMBER, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { ZodError } from 'zod'
import { type ErrorCode, type ErrorData, errorCodes } from '../contracts/errors.ts'
import { describeInputProblem } from '../contracts/input-problem.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import { bodyTooLarge, maxBodyBytes } from './body-limit.ts'
import { classifyDatabaseError } from './database-errors.ts'

/** The tRPC code that goes with each HTTP status; the contract gives every code of ours its status. */
const trpcCodes: Record<(typeof errorCodes)[ErrorCode], TRPC_ERROR_CODE_KEY> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
}

/** A failure as it leaves the process: tRPC's error shape with our data. */
export interface ErrorAnswer {
  message: string
  code: TRPC_ERROR_CODE_NUMBER
  data: ErrorData
}

/** The answer for one of our own errors. */
export function answerOf(error: QuarterdeckError): ErrorAnswer {
  const httpStatus = errorCodes[error.code]
  const code = trpcCodes[httpStatus]
  return {
    message: error.message,
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: { code, httpStatus, appCode: error.code, action: error.action, details: error.details },
  }
}

/** The answer for whatever made a call fail; `path` is the procedure called. */
export function formatError(error: TRPCError, path: string | undefined): ErrorAnswer {
  return answerOf(classifyError(error, path))
}

const classified = new WeakMap<TRPCError, QuarterdeckError>()

/**
 * Which of our errors a failed call is. Anything unforeseen is INTERNAL with a correlation id and says nothing of our insides;
 * the same failure gets the same id however often it is asked for, so that the log and the answer agree.
 */
export function classifyError(error: TRPCError, path: string | undefined): QuarterdeckError {
  const known = classified.get(error)
  if (known) return known
  const fresh = classifyCause(error) ?? classifyProtocol(error, path) ?? internalError(error)
  classified.set(error, fresh)
  return fresh
}

/** The same for a failure outside of tRPC. */
export function classifyUnknown(failure: unknown): QuarterdeckError {
  return failure instanceof QuarterdeckError ? failure : classifyError(getTRPCErrorFromUnknown(failure), undefined)
}

function classifyCause(error: TRPCError): QuarterdeckError | null {
  if (error.cause instanceof QuarterdeckError) return error.cause
  if (error.code === 'BAD_REQUEST' && error.cause instanceof ZodError) return invalidInput(error.cause)
  return classifyDatabaseError(error.cause)
}

function invalidInput(error: ZodError): QuarterdeckError {
  const { code, message, problems } = describeInputProblem(error)
  return new QuarterdeckError(code, { message, action: 'Correct the input and send it again.', details: { problems } })
}

/** Failures that tRPC itself finds in a request. */
function classifyProtocol(error: TRPCError, path: string | undefined): QuarterdeckError | null {
  switch (error.code) {
    case 'NOT_FOUND':
      return new QuarterdeckError('PROCEDURE_NOT_FOUND', {
        message: `There is no procedure ${path === undefined ? 'of that name' : JSON.stringify(path.slice(0, 100))}.`,
        action: 'Look the name up in docs/api.md.',
      })
    case 'PARSE_ERROR':
      return invalidRequest('The request is not valid JSON.')
    case 'BAD_REQUEST':
      return error.cause instanceof SyntaxError
        ? invalidRequest('The request is not valid JSON.')
        : invalidRequest('The request is not one that a tRPC client would send.')
    case 'METHOD_NOT_SUPPORTED':
      return invalidRequest(
        'The request method does not suit the procedure: queries are GET, mutations POST, subscriptions WebSocket.',
      )
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'UNPROCESSABLE_CONTENT':
      return invalidRequest('The body must be JSON, sent with content-type: application/json.')
    case 'PAYLOAD_TOO_LARGE':
      return bodyTooLarge(maxBodyBytes)
    default:
      return null
  }
}

/** For a request that is wrong before any procedure looks at it. */
export function invalidRequest(message: string): QuarterdeckError {
  return new QuarterdeckError('INVALID_INPUT', {
    message,
    action: 'Compare the request with the examples in docs/api.md.',
  })
}

function internalError(error: TRPCError): QuarterdeckError {
  return new QuarterdeckError('INTERNAL', {
    message: 'Something went wrong on our side.',
    action: 'Try again; if it happens again, give the correlation id to an administrator.',
    details: { correlationId: crypto.randomUUID() },
    cause: error.cause ?? error,
    retryable: true,
  })
}
