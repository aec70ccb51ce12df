import type { Pool, PoolClient } from 'pg'
import { limits } from '#server/contracts/common.ts'
import type { DeadLetterJobStore, NewJob } from '#server/core/dead-letters/dead-letter-job-store.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'
import { type JobRow, toJob } from './job-row.ts'
import { letterConditions } from './letter-conditions.ts'

type Result = Awaited<ReturnType<DeadLetterJobStore['create']>>

/**
 * Makes a job and fixes its letters in one transaction: those that are open now, a random sample first when there is a trial,
 * then the oldest first.
 */
export async function createJob(pool: Pool, job: NewJob): Promise<Result> {
  return inTransaction(pool, async (client): Promise<Result> => {
    if (!(await insertJob(client, job))) return readRepeated(client, job)
    const total = await insertItems(client, job)
    if (total === 0) {
      await client.query('DELETE FROM dead_letter_job WHERE tenant_id = $1 AND id = $2', [job.by.tenantId, job.id])
      return { kind: 'none' }
    }
    const { rows } = await client.query<JobRow>(
      'UPDATE dead_letter_job SET total = $3 WHERE tenant_id = $1 AND id = $2 RETURNING *',
      [job.by.tenantId, job.id, total],
    )
    await appendAudit(client, [auditOf(job, total)])
    const [row] = rows
    if (!row) throw new Error('the job vanished while it was being made')
    return { kind: 'created', job: toJob(row) }
  })
}

async function insertJob(client: PoolClient, job: NewJob): Promise<boolean> {
  const { by, selection, trial } = job
  const { rowCount } = await client.query(
    `INSERT INTO dead_letter_job (tenant_id, id, kind, status, actor_kind, actor_id, actor_name, reason, filter, rate_per_second,
                                  trial_size, continue_from, idempotency_key, body_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (tenant_id, idempotency_key) DO NOTHING`,
    [
      by.tenantId,
      job.id,
      job.kind,
      trial ? 'trial' : 'running',
      by.kind,
      by.id,
      by.name,
      job.reason,
      'filter' in selection ? JSON.stringify(selection.filter) : null,
      job.ratePerSecond,
      trial?.size ?? null,
      trial?.continueFrom ?? null,
      job.idempotencyKey,
      job.bodyHash,
    ],
  )
  return rowCount === 1
}

async function readRepeated(client: PoolClient, { by, idempotencyKey, bodyHash }: NewJob): Promise<Result> {
  const { rows } = await client.query<JobRow & { body_hash: string | null }>(
    'SELECT * FROM dead_letter_job WHERE tenant_id = $1 AND idempotency_key = $2',
    [by.tenantId, idempotencyKey],
  )
  const [row] = rows
  if (!row) throw new Error('the job of an idempotency key vanished while it was being read')
  return row.body_hash === bodyHash ? { kind: 'repeated', job: toJob(row) } : { kind: 'conflict', id: row.id }
}

async function insertItems(client: PoolClient, { by, id, selection, trial }: NewJob): Promise<number> {
  const values: unknown[] = [by.tenantId, id, trial?.size ?? 0]
  const bind = (value: unknown) => `$${values.push(value)}`
  const where =
    'ids' in selection
      ? [`d.state = 'open'`, `d.id = ANY (${bind(selection.ids)}::uuid[])`]
      : letterConditions({ ...selection.filter, state: ['open'] }, bind)
  const { rowCount } = await client.query({
    text: `
      INSERT INTO dead_letter_job_item (tenant_id, job_id, position, letter_id)
      SELECT $1, $2, row_number() OVER (ORDER BY chosen.lot > $3::int, chosen.failed_at, chosen.id), chosen.id
      FROM (
        SELECT d.id, d.failed_at, row_number() OVER (ORDER BY random()) AS lot
        FROM (
          SELECT d.id, d.failed_at FROM dead_letter d WHERE d.tenant_id = $1 AND ${where.join(' AND ')}
          ORDER BY d.failed_at, d.id LIMIT ${limits.deadLettersPerJob}
        ) d
      ) chosen`,
    values,
  })
  return rowCount ?? 0
}

function auditOf({ by, id, kind, reason, selection, ratePerSecond, trial }: NewJob, total: number) {
  return {
    by,
    action: 'dead_letter_job.started' as const,
    targetKind: 'dead_letter_job',
    targetId: id,
    reason: reason ?? undefined,
    details: {
      kind,
      total,
      ...('filter' in selection ? { filter: { ...selection.filter } } : { chosen: selection.ids.length }),
      ...(kind === 'reprocess' ? { ratePerSecond } : {}),
      ...(trial ? { trial: { ...trial } } : {}),
    },
  }
}
