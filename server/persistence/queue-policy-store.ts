import type { QueuePolicyView } from '#server/core/operations.ts'
import { defaultQueuePolicy } from '#server/core/queue/priority.ts'
import type { QueuePolicyStore } from '#server/core/queue/queue-service.ts'
import type { CompanionMove } from '#server/core/shared/companion.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import type { PrismaClient } from './generated/client.ts'
import { saveSetting } from './save-setting.ts'

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
      // What was stored before a part existed has none of it.
      policy: { ...defaultQueuePolicy, ...(row.value as Omit<QueuePolicyView, 'version'>), version: row.version },
    }))
  }

  save(by: Principal, { version, ...value }: QueuePolicyView, companion?: CompanionMove): Promise<number | null> {
    return saveSetting(this.#prisma, by, { key, version, value, action: 'queue.policy_changed', companion })
  }
}
