import { QuarterdeckError } from '#server/core/shared/errors.ts'
import { Prisma } from './generated/client.ts'

/** A change takes milliseconds: who waits longer waits for one that hangs. */
const lockTimeoutMs = 3_000
const lockNotAvailable = '55P03'

/**
 * Waits until no other transaction, on any replica, holds the same lock of this tenant, and holds it until this one ends.
 * Read what is decided upon after this, not before: only then is it sure to be the last that was committed. Throws
 * DATABASE_UNAVAILABLE, which may be tried again, when another transaction does not let go within 3 s.
 */
export async function lockTenant(tx: Prisma.TransactionClient, tenantId: string, purpose: string): Promise<void> {
  try {
    await tx.$executeRaw`
      SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true),
        pg_advisory_xact_lock(hashtextextended(${`${purpose}:${tenantId}`}, 0))`
  } catch (error) {
    if (sqlStateOf(error) !== lockNotAvailable) throw error
    throw new QuarterdeckError('DATABASE_UNAVAILABLE', {
      message: 'Another change has been under way for too long to wait for it.',
      action: 'Try again in a few seconds.',
      retryable: true,
      cause: error,
    })
  }
}

/** The SQLSTATE behind an error of Prisma's; null when there is none. */
function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null
  const { driverAdapterError } = error.meta ?? {}
  if (!(driverAdapterError instanceof Error)) return null
  const { cause } = driverAdapterError as { cause?: { originalCode?: unknown } }
  return typeof cause?.originalCode === 'string' ? cause.originalCode : null
}
