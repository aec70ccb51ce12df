import type { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'

/** Logs what is our own trouble: what callers did wrong is theirs to read. The correlation id is the one that they were given. */
export function logFailure(logger: Logger, error: QuarterdeckError, path: string | undefined): void {
  const fields = { path, code: error.code, internal: error.internal, error: error.cause ?? error, ...error.details }
  if (error.code === 'INTERNAL') logger.error(fields, 'A call failed unexpectedly')
  else if (error.code === 'DATABASE_UNAVAILABLE') logger.warn(fields, 'A call failed for want of the database')
}
