import { isSameJson } from '#server/core/registry/json-values.ts'
import type { ModuleRecord } from '#server/core/registry/module-record.ts'
import type { ModuleChange, ModuleStore, RegistryState } from '#server/core/registry/module-store.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import type { SecretBox } from '#server/core/shared/secret-box.ts'
import { insertAudit } from './audit.ts'
import { insertConfigChanges, lastConfigVersion } from './config-change.ts'
import { insertEventBatch } from './event-batch.ts'
import { Prisma, type PrismaClient } from './generated/client.ts'
import { fromModuleRow, toInstanceColumns, toModuleColumns } from './module-row.ts'
import { ModuleSnapshots } from './module-snapshots.ts'
import { moveCompanion } from './move-companion.ts'
import { lockTenant } from './tenant-lock.ts'

/** Modules in PostgreSQL, their secrets sealed. */
export class PrismaModuleStore implements ModuleStore {
  readonly #prisma: PrismaClient
  readonly #secrets: SecretBox
  readonly #clock: Clock
  readonly #snapshots: ModuleSnapshots

  constructor(options: { prisma: PrismaClient; secrets: SecretBox; clock: Clock }) {
    this.#prisma = options.prisma
    this.#secrets = options.secrets
    this.#clock = options.clock
    this.#snapshots = new ModuleSnapshots(options.secrets)
  }

  async loadAll(): Promise<ModuleRecord[]> {
    const rows = await this.#prisma.module.findMany({
      include: { instances: true },
      orderBy: [{ tenantId: 'asc' }, { id: 'asc' }],
    })
    return rows.map(row => fromModuleRow(row, this.#secrets))
  }

  async tenants(): Promise<string[]> {
    const rows = await this.#prisma.module.groupBy({ by: ['tenantId'] })
    return rows.map(row => row.tenantId)
  }

  read(tenantId: string): Promise<ReadonlyMap<string, ModuleRecord>> {
    return this.#prisma.$transaction(tx => this.#snapshots.read(tx, tenantId), {
      isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead,
    })
  }

  change(
    tenantId: string,
    moduleId: string,
    decide: (state: RegistryState) => ModuleChange | null,
  ): Promise<ModuleChange | null> {
    return this.#prisma.$transaction(
      async tx => {
        await lockTenant(tx, tenantId, 'modules')
        const change = decide({
          modules: await this.#snapshots.read(tx, tenantId),
          lastConfigVersion: await lastConfigVersion(tx, tenantId, 'module', moduleId),
        })
        if (change) await this.#write(tx, tenantId, change)
        return change
      },
      { timeout: 10_000, maxWait: 5_000 },
    )
  }

  async #write(tx: Prisma.TransactionClient, tenantId: string, change: ModuleChange): Promise<void> {
    await this.#writeModule(tx, tenantId, change)
    await insertConfigChanges(tx, tenantId, change.audit.by.name, change.configChanges)
    const { by, reason, details, ...audit } = change.audit
    await insertAudit(tx, by, { ...audit, reason: reason ?? undefined, details: details as Prisma.InputJsonObject })
    await insertEventBatch(tx, tenantId, change.events, this.#clock.now())
    if (change.companion) await moveCompanion(tx, change.companion)
  }

  async #writeModule(tx: Prisma.TransactionClient, tenantId: string, change: ModuleChange): Promise<void> {
    const { moduleId, before, after } = change
    const key = { tenantId_id: { tenantId, id: moduleId } }
    if (!after) {
      await tx.module.delete({ where: key, select: { id: true } })
      return
    }
    const columns = toModuleColumns(after)
    if (before) {
      await tx.module.update({ where: key, data: columns, select: { id: true } })
    } else {
      const secretSealed = this.#secrets.seal(after.secret)
      await tx.module.create({ data: { tenantId, id: moduleId, secretSealed, ...columns }, select: { id: true } })
    }
    await writeInstances(tx, tenantId, moduleId, before?.instances ?? [], after.instances)
  }
}

async function writeInstances(
  tx: Prisma.TransactionClient,
  tenantId: string,
  moduleId: string,
  before: ModuleRecord['instances'],
  after: ModuleRecord['instances'],
): Promise<void> {
  const present = new Map(before.map(instance => [instance.id, instance]))
  const remaining = new Set(after.map(instance => instance.id))
  const left = before.filter(instance => !remaining.has(instance.id)).map(instance => instance.id)
  if (left.length > 0) await tx.instance.deleteMany({ where: { tenantId, moduleId, id: { in: left } } })
  const joined = after.filter(instance => !present.has(instance.id))
  if (joined.length > 0) {
    await tx.instance.createMany({
      data: joined.map(instance => ({
        ...toInstanceColumns(instance),
        tenantId,
        moduleId,
        id: instance.id,
        endpoint: instance.endpoint,
        registeredAt: new Date(instance.registeredAt),
      })),
    })
  }
  for (const instance of after) {
    const { id } = instance
    const earlier = present.get(id)
    if (!earlier || isSameJson(earlier, instance)) continue
    const key = { tenantId_moduleId_id: { tenantId, moduleId, id } }
    await tx.instance.update({ where: key, data: toInstanceColumns(instance), select: { id: true } })
  }
}
