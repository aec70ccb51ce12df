import type { QueuePolicyView } from '#server/core/operations.ts'
import type { QueuePolicyStore } from '#server/core/queue/queue-service.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { insertAudit } from './audit.ts'
import type { PrismaClient } from './generated/client.ts'

const key = 'queue.policy'

/** The queue policy of each tenant, a versioned setting in PostgreSQL. */
export class PrismaQueuePolicyStore implements QueuePolicyStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async loadAll(): Promise<{ tenantId: string; policy: QueuePolicyView }[]> {
    const rows = await this.#prisma.setting.findMany({ where: { key } })
    return rows.map(row => ({
      tenantId: row.tenantId,
      policy: { ...(row.value as Pick<QueuePolicyView, 'priorities' | 'multipliers'>), version: row.version },
    }))
  }

  async save(by: Principal, policy: QueuePolicyView): Promise<number | null> {
    const { tenantId } = by
    const { version, ...value } = policy
    return this.#prisma.$transaction(async tx => {
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
      await insertAudit(tx, by, {
        action: 'queue.policy_changed',
        targetKind: 'setting',
        targetId: key,
        details: value,
      })
      return version + 1
    })
  }
}
