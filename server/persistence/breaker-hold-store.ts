import type { NewEvent } from '#server/core/operations.ts'
import type { BreakerKey } from '#server/core/resilience/breaker-board.ts'
import type { BreakerHold, BreakerHoldStore } from '#server/core/resilience/breaker-service.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { insertAudit } from './audit.ts'
import { insertEventBatch } from './event-batch.ts'
import type { PrismaClient } from './generated/client.ts'

/** Holds on breakers in PostgreSQL. */
export class PrismaBreakerHoldStore implements BreakerHoldStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async load(): Promise<BreakerHold[]> {
    const rows = await this.#prisma.breakerOverride.findMany({
      where: { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
    })
    return rows.map(row => ({
      tenantId: row.tenantId,
      moduleId: row.moduleId,
      instanceId: row.instanceId,
      forced: {
        state: row.state === 'open' ? 'open' : 'closed',
        by: row.forcedBy,
        reason: row.reason,
        at: row.forcedAt.getTime(),
        expiresAt: row.expiresAt?.getTime() ?? null,
      },
    }))
  }

  async set(by: Principal, hold: BreakerHold, event: NewEvent): Promise<void> {
    const { tenantId, moduleId, instanceId, forced } = hold
    const values = {
      state: forced.state,
      forcedBy: forced.by,
      reason: forced.reason,
      forcedAt: new Date(forced.at),
      expiresAt: forced.expiresAt === null ? null : new Date(forced.expiresAt),
    }
    await this.#prisma.$transaction(async tx => {
      await tx.breakerProbe.deleteMany({ where: { tenantId, moduleId, instanceId } })
      await tx.breakerOverride.upsert({
        where: { tenantId_moduleId_instanceId: { tenantId, moduleId, instanceId } },
        create: { tenantId, moduleId, instanceId, ...values },
        update: values,
      })
      await insertAudit(tx, by, {
        action: `breaker.forced_${forced.state}`,
        targetKind: 'breaker',
        targetId: `${moduleId}/${instanceId}`,
        reason: forced.reason,
        details: { expiresAt: values.expiresAt?.toISOString() ?? null },
      })
      await insertEventBatch(tx, tenantId, [event], forced.at)
    })
  }

  async clear(by: Principal, keys: readonly BreakerKey[], reason: string, events: readonly NewEvent[]): Promise<void> {
    await this.#prisma.$transaction(async tx => {
      const where = { OR: keys.map(({ tenantId, moduleId, instanceId }) => ({ tenantId, moduleId, instanceId })) }
      await tx.breakerOverride.deleteMany({ where })
      await tx.breakerProbe.deleteMany({ where })
      for (const { moduleId, instanceId } of keys) {
        await insertAudit(tx, by, {
          action: 'breaker.reset',
          targetKind: 'breaker',
          targetId: `${moduleId}/${instanceId}`,
          reason,
        })
      }
      await insertEventBatch(tx, by.tenantId, events, Date.now())
    })
  }
}
