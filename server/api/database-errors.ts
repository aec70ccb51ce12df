import { QuarterdeckError } from '../core/shared/errors.ts'

/**
 * Codes of node, PostgreSQL and Prisma that mean "the database cannot be reached or will not talk to us now":
 * refused, reset or timed-out connections; SQLSTATE classes 08 and 57P; too many connections; Prisma's P10xx and P2024.
 */
const connectionCodes =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|08...|57P0[1-5]|53300|P1001|P1002|P1008|P1017|P2024)$/

/** What pg says of lost connections and exhausted pools, where it gives no code. */
const connectionMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (has encountered|was closed).*not queryable|Cannot use a pool after calling end)/

/** SQLSTATEs for text that PostgreSQL cannot keep: NUL, and escapes that are no characters. */
const textCodes = /^(22021|22P05)$/

/**
 * What an error of the database means to a caller, looking through what wraps it: DATABASE_UNAVAILABLE for a lost or refused
 * connection, PAYLOAD_NOT_STORABLE for text that cannot be kept; null for any other error.
 */
export function classifyDatabaseError(failure: unknown): QuarterdeckError | null {
  for (const { code, message } of layersOf(failure)) {
    if (connectionCodes.test(code) || connectionMessages.test(message)) return databaseUnavailable(failure)
    if (textCodes.test(code)) return textNotStorable(failure)
  }
  return null
}

/** An error and what caused it, outermost first; Prisma hides the driver's error in `meta`. */
function* layersOf(failure: unknown): Generator<{ code: string; message: string }> {
  for (let layer = failure, depth = 0; isObject(layer) && depth < 8; depth += 1) {
    const { code, originalCode, message, meta, cause } = layer
    yield { code: textOf(originalCode ?? code), message: textOf(message) }
    layer = isObject(meta) && isObject(meta['driverAdapterError']) ? meta['driverAdapterError'] : cause
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function databaseUnavailable(cause: unknown): QuarterdeckError {
  return new QuarterdeckError('DATABASE_UNAVAILABLE', {
    message: 'The database cannot be reached right now.',
    action: 'Try again in a few seconds.',
    retryable: true,
    cause,
  })
}

function textNotStorable(cause: unknown): QuarterdeckError {
  return new QuarterdeckError('PAYLOAD_NOT_STORABLE', {
    message: 'The input holds a NUL character or half of a surrogate pair, which cannot be stored.',
    action: 'Remove it, or encode the data (base64).',
    cause,
  })
}
