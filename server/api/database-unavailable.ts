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

/** DATABASE_UNAVAILABLE when `cause`, or what caused it, is a lost or refused connection; null otherwise. */
export function databaseUnavailable(cause: unknown): QuarterdeckError | null {
  for (let error = cause, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    if (hasConnectionCode(error) || connectionMessages.test(error.message)) {
      return new QuarterdeckError('DATABASE_UNAVAILABLE', {
        message: 'The database cannot be reached right now.',
        action: 'Try again in a few seconds.',
        retryable: true,
        cause,
      })
    }
  }
  return null
}

function hasConnectionCode(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && connectionCodes.test(error.code)
}
