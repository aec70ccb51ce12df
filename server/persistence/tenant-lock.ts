import type { Prisma } from './generated/client.ts'

/**
 * Waits until no other transaction, on any replica, holds the same lock of this tenant, and holds it until this one ends.
 * Read what is decided upon after this, not before: only then is it sure to be the last that was committed.
 */
export async function lockTenant(tx: Prisma.TransactionClient, tenantId: string, purpose: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${purpose}:${tenantId}`}, 0))`
}
