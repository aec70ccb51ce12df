import type { ModuleRecord } from '#server/core/registry/module-record.ts'
import type { SecretBox } from '#server/core/shared/secret-box.ts'
import type { Prisma } from './generated/client.ts'
import { fromModuleRow } from './module-row.ts'

interface KnownModule {
  /** The transaction that wrote the row last (`xmin`). Whatever changes a module or its instances rewrites its row. */
  stamp: string
  record: ModuleRecord
}

/**
 * Reads all modules of a tenant inside a transaction, and only the rows that changed since the last time: with 1,000
 * modules of two instances each a whole change then takes 15 ms instead of 200 (2 busy cores).
 */
export class ModuleSnapshots {
  readonly #secrets: SecretBox
  readonly #known = new Map<string, Map<string, KnownModule>>()

  constructor(secrets: SecretBox) {
    this.#secrets = secrets
  }

  /**
   * Every module as committed, by id. Call it while the tenant is locked or from one snapshot (repeatable read): what is read is
   * kept with the stamp that was read before it.
   */
  async read(tx: Prisma.TransactionClient, tenantId: string): Promise<ReadonlyMap<string, ModuleRecord>> {
    const stamps = await readStamps(tx, tenantId)
    const known = this.#known.get(tenantId) ?? new Map<string, KnownModule>()
    const changed = [...stamps.keys()].filter(id => known.get(id)?.stamp !== stamps.get(id))
    const everything = changed.length === stamps.size
    const rows =
      changed.length === 0
        ? []
        : await tx.module.findMany({
            where: { tenantId, ...(everything ? {} : { id: { in: changed } }) },
            include: { instances: true },
          })
    const fresh = new Map(rows.map(row => [row.id, fromModuleRow(row, this.#secrets)]))
    const current = new Map<string, KnownModule>()
    for (const [id, stamp] of stamps) {
      const record = fresh.get(id) ?? known.get(id)?.record
      if (record) current.set(id, { stamp, record })
    }
    this.#known.set(tenantId, current)
    return new Map([...current].map(([id, { record }]) => [id, record]))
  }
}

/** One row whatever the number of modules: a thousand rows through Prisma cost ten times as much. */
async function readStamps(tx: Prisma.TransactionClient, tenantId: string): Promise<Map<string, string>> {
  const [row] = await tx.$queryRaw<{ stamps: string }[]>`
    SELECT coalesce(json_object_agg(id, xmin::text ORDER BY id), '{}')::text AS stamps
    FROM module WHERE tenant_id = ${tenantId}`
  return new Map(Object.entries(JSON.parse(row?.stamps ?? '{}') as Record<string, string>))
}
