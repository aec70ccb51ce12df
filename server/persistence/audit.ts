import type { AuditAction } from '../contracts/audit-areas.ts'
import type { Actor } from '../core/shared/principal.ts'
import type { Prisma } from './generated/client.ts'
import { createIdSource } from './uuid-v7.ts'

/** One act of somebody, as the audit log keeps it. */
export interface AuditRecord {
  action: AuditAction
  targetKind: string
  targetId: string
  reason?: string | undefined
  details?: Prisma.InputJsonObject | undefined
}

const ids = createIdSource()

/**
 * Writes what `by` did. Call it with the transaction of the change itself, so that the two are kept or lost together.
 */
export async function insertAudit(tx: Prisma.TransactionClient, by: Actor, record: AuditRecord): Promise<void> {
  await tx.auditEntry.create({
    data: {
      tenantId: by.tenantId,
      id: ids.next(),
      actorKind: by.kind,
      actorId: by.id,
      actorName: by.name,
      action: record.action,
      targetKind: record.targetKind,
      targetId: record.targetId,
      reason: record.reason ?? null,
      details: record.details ?? {},
    },
    select: { id: true },
  })
}
