import { addEvidence, type Evidence, noEvidence, type ServiceKey } from '#server/core/brain/service-record.ts'
import type {
  ChangedEvidence,
  EvidenceAddition,
  ServiceRecordStore,
  StoredEvidence,
} from '#server/core/brain/service-records.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { lockTenant } from './tenant-lock.ts'

/**
 * A change gets its time before it is committed: what was changed so long before the last known change is read again, lest one that
 * was committed late is missed.
 */
const lateMs = 15_000

type ServiceRecordRow = Prisma.ServiceRecordGetPayload<object>

/**
 * The brain's evidence in PostgreSQL. Additions of replicas wait for one another, tenant by tenant in the same order, so each
 * adds to what the last one left.
 */
export class PrismaServiceRecordStore implements ServiceRecordStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async loadAll(): Promise<StoredEvidence[]> {
    const rows = await this.#prisma.serviceRecord.findMany()
    return rows.map(toStored)
  }

  /** A pass over one narrow row per service; an index on the time would make each of its updates dearer. */
  async loadChanged(after: number | null): Promise<ChangedEvidence> {
    const rows = await this.#prisma.serviceRecord.findMany({
      where: after === null ? {} : { updatedAt: { gt: new Date(after - lateMs) } },
    })
    const latestAt = rows.reduce((latest, { updatedAt }) => Math.max(latest, updatedAt.getTime()), after ?? 0)
    return { records: rows.map(toStored), latestAt: rows.length === 0 ? null : latestAt }
  }

  async add(additions: readonly EvidenceAddition[]): Promise<StoredEvidence[]> {
    const byTenant = [...Map.groupBy(additions, ({ tenantId }) => tenantId)].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return this.#prisma.$transaction(async tx => {
      const sums: StoredEvidence[] = []
      for (const [tenantId, ofTenant] of byTenant) {
        await lockTenant(tx, tenantId, 'service-record')
        sums.push(...(await addOfTenant(tx, tenantId, ofTenant)))
      }
      return sums
    })
  }
}

async function addOfTenant(
  tx: Prisma.TransactionClient,
  tenantId: string,
  additions: readonly EvidenceAddition[],
): Promise<StoredEvidence[]> {
  const rows = await tx.serviceRecord.findMany({
    where: {
      tenantId,
      taskType: { in: [...new Set(additions.map(({ taskType }) => taskType))] },
      moduleId: { in: [...new Set(additions.map(({ moduleId }) => moduleId))] },
    },
  })
  const known = new Map(rows.map(row => [rowKey(row), toStored(row).evidence]))
  const sums = new Map<string, StoredEvidence>()
  for (const { delta, ...key } of additions) {
    const earlier = sums.get(rowKey(key))?.evidence ?? known.get(rowKey(key)) ?? noEvidence
    sums.set(rowKey(key), { ...key, evidence: addEvidence(earlier, delta) })
  }
  await upsertRows(tx, [...sums.values()])
  return [...sums.values()]
}

/** One statement for any number of rows. */
async function upsertRows(tx: Prisma.TransactionClient, records: readonly StoredEvidence[]): Promise<void> {
  const rows = records.map(({ tenantId, taskType, moduleId, evidence }) => ({
    tenant_id: tenantId,
    task_type: taskType,
    module_id: moduleId,
    successes: evidence.successes,
    failures: evidence.failures,
    mean_ms: evidence.meanMs,
    errors: Object.fromEntries(evidence.errorShares),
  }))
  await tx.$executeRaw`
    INSERT INTO service_record (tenant_id, task_type, module_id, successes, failures, mean_ms, errors, updated_at)
    SELECT tenant_id, task_type, module_id, successes, failures, mean_ms, errors, clock_timestamp()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS added(
      tenant_id text, task_type text, module_id text,
      successes double precision, failures double precision, mean_ms double precision, errors jsonb)
    ON CONFLICT (tenant_id, task_type, module_id) DO UPDATE SET
      successes = excluded.successes,
      failures = excluded.failures,
      mean_ms = excluded.mean_ms,
      errors = excluded.errors,
      updated_at = excluded.updated_at`
}

function rowKey({ taskType, moduleId }: Pick<ServiceKey, 'taskType' | 'moduleId'>): string {
  return `${taskType}\n${moduleId}`
}

function toStored(row: ServiceRecordRow): StoredEvidence {
  const evidence: Evidence = {
    successes: row.successes,
    failures: row.failures,
    meanMs: row.meanMs,
    errorShares: new Map(Object.entries(row.errors as Record<string, number>)),
  }
  return { tenantId: row.tenantId, taskType: row.taskType, moduleId: row.moduleId, evidence }
}
