import type { AuditAction } from '#server/contracts/audit-areas.ts'
import type { CompanionMove } from '#server/core/shared/companion.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { insertAudit } from './audit.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { moveCompanion } from './move-companion.ts'

/** A setting as it is to be, made on `version`; 0 when it was never stored. */
export interface SettingEdit {
  key: string
  version: number
  value: Prisma.InputJsonObject
  /** The name of the act in the audit. */
  action: AuditAction
  /** Moves with it, or nothing is written. */
  companion?: CompanionMove | undefined
}

/** Stores a setting with its history and audit row, unless its version is no longer current. Answers the new version, or null. Throws SUGGESTION_CHANGED. */
export async function saveSetting(prisma: PrismaClient, by: Principal, edit: SettingEdit): Promise<number | null> {
  const { tenantId } = by
  const { key, version, value, action, companion } = edit
  return prisma.$transaction(async tx => {
    if (version === 0) {
      const { count } = await tx.setting.createMany({
        data: [{ tenantId, key, value, updatedBy: by.name }],
        skipDuplicates: true,
      })
      if (count === 0) return null
    } else {
      const { count } = await tx.setting.updateMany({
        where: { tenantId, key, version },
        data: { value, version: version + 1, updatedBy: by.name, updatedAt: new Date() },
      })
      if (count === 0) return null
    }
    await tx.configChange.create({
      data: { tenantId, entityKind: 'setting', entityId: key, version: version + 1, value, changedBy: by.name },
    })
    await insertAudit(tx, by, { action, targetKind: 'setting', targetId: key, details: value })
    if (companion) await moveCompanion(tx, companion)
    return version + 1
  })
}
