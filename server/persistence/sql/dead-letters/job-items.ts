import type { Pool } from 'pg'
import type { JobItem, LeasedJob, SettledItem, TrialCount } from '#server/core/dead-letters/dead-letter-job-store.ts'

/** Letters of the job that are not settled yet, in order; of its sample alone while it is a trial. */
export async function nextItems(pool: Pool, job: LeasedJob, limit: number): Promise<JobItem[]> {
  const last = job.status === 'trial' ? (job.trial?.size ?? 0) : null
  const { rows } = await pool.query<{ position: number; letter_id: string }>({
    name: 'next-dead-letter-items',
    text: `
      SELECT position, letter_id FROM dead_letter_job_item
      WHERE tenant_id = $1 AND job_id = $2::uuid AND outcome IS NULL AND position <= coalesce($3::int, 2147483647)
      ORDER BY position LIMIT $4`,
    values: [job.tenantId, job.id, last, limit],
  })
  return rows.map(row => ({ position: row.position, letterId: row.letter_id }))
}

/**
 * Keeps what became of letters and adds it to the figures of the job, when this replica still holds its lease: else another
 * one works on the same letters and finds out by itself. An abort meanwhile does not unmake what was made.
 */
export async function settleItems(
  pool: Pool,
  job: LeasedJob,
  replicaId: string,
  items: readonly SettledItem[],
  waitingFor: string | null,
): Promise<void> {
  await pool.query({
    name: 'settle-dead-letter-items',
    text: `
      WITH held AS MATERIALIZED (
        SELECT tenant_id, id FROM dead_letter_job WHERE tenant_id = $1 AND id = $2::uuid AND leased_by = $3 FOR UPDATE
      ), settled AS (
        UPDATE dead_letter_job_item i SET outcome = s.outcome, task_id = s.task_id, code = s.code, message = s.message
        FROM held h, unnest($4::int[], $5::text[], $6::uuid[], $7::text[], $8::text[]) AS s (position, outcome, task_id, code, message)
        WHERE i.tenant_id = h.tenant_id AND i.job_id = h.id AND i.position = s.position AND i.outcome IS NULL
        RETURNING i.outcome
      )
      UPDATE dead_letter_job j
      SET waiting_for = $9,
          done = j.done + (SELECT count(*) FROM settled WHERE outcome = 'done'),
          refused = j.refused + (SELECT count(*) FROM settled WHERE outcome = 'refused'),
          skipped = j.skipped + (SELECT count(*) FROM settled WHERE outcome = 'skipped')
      FROM held h WHERE j.tenant_id = h.tenant_id AND j.id = h.id`,
    values: [
      job.tenantId,
      job.id,
      replicaId,
      items.map(item => item.position),
      items.map(item => item.outcome),
      items.map(item => item.taskId),
      items.map(item => item.code),
      items.map(item => item.message),
      waitingFor,
    ],
  })
}

/** How the sample stands: refused letters count as failed; cancelled tasks and letters dealt with by others do not count. */
export async function countTrial(pool: Pool, job: LeasedJob): Promise<TrialCount> {
  const { rows } = await pool.query<TrialCount>({
    name: 'count-dead-letter-trial',
    text: `
      SELECT count(*) FILTER (WHERE i.outcome = 'done' AND o.id IS NULL)::int AS alive,
             count(*) FILTER (WHERE i.outcome = 'refused' OR o.status <> 'cancelled')::int AS ended,
             count(*) FILTER (WHERE o.status = 'succeeded')::int AS succeeded
      FROM dead_letter_job_item i LEFT JOIN outcome o ON o.tenant_id = i.tenant_id AND o.id = i.task_id
      WHERE i.tenant_id = $1 AND i.job_id = $2::uuid AND i.position <= $3`,
    values: [job.tenantId, job.id, job.trial?.size ?? 0],
  })
  return rows[0] ?? { alive: 0, ended: 0, succeeded: 0 }
}
