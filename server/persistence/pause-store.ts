import type { PauseScope } from '#server/contracts/queues.ts'
import type { NewEvent } from '#server/core/operations.ts'
import type { Pause, PauseKey, PauseStore } from '#server/core/queue/pause-board.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { insertAudit } from './audit.ts'
import { insertEventBatch } from './event-batch.ts'
import type { PrismaClient } from './generated/client.ts'

/** Pauses of the queue in PostgreSQL. */
export class PrismaPauseStore implements PauseStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async loadAll(): Promise<Pause[]> {
    const rows = await this.#prisma.queuePause.findMany()
    return rows.map(row => ({
      tenantId: row.tenantId,
      scope: row.scope as PauseScope,
      targetId: row.targetId,
      reason: row.reason,
      by: row.pausedBy,
      at: row.pausedAt.getTime(),
    }))
  }

  async set(by: Principal, pause: Pause, event: NewEvent): Promise<void> {
    const { tenantId, scope, targetId, reason } = pause
    const values = { reason, pausedBy: pause.by, pausedAt: new Date(pause.at) }
    await this.#prisma.$transaction(async tx => {
      await tx.queuePause.upsert({
        where: { tenantId_scope_targetId: { tenantId, scope, targetId } },
        create: { tenantId, scope, targetId, ...values },
        update: values,
      })
      await insertAudit(tx, by, { action: 'queue.paused', targetKind: 'queue', targetId: nameOf(pause), reason })
      await insertEventBatch(tx, tenantId, [event], pause.at)
    })
  }

  async clear(by: Principal, key: PauseKey, reason: string, event: NewEvent): Promise<boolean> {
    return this.#prisma.$transaction(async tx => {
      const { tenantId, scope, targetId } = key
      const { count } = await tx.queuePause.deleteMany({ where: { tenantId, scope, targetId } })
      if (count === 0) return false
      await insertAudit(tx, by, { action: 'queue.resumed', targetKind: 'queue', targetId: nameOf(key), reason })
      await insertEventBatch(tx, tenantId, [event], Date.now())
      return true
    })
  }
}

function nameOf({ scope, targetId }: PauseKey): string {
  return scope === 'all' ? 'all' : `${scope}/${targetId}`
}
