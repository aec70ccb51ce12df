import type { Pool } from 'pg'
import type { Page } from '#server/contracts/common.ts'
import type { DeadLetterJob, DeadLetterJobView, ListDeadLetterJobs } from '#server/contracts/dead-letters.ts'
import { type JobRow, toJob } from './job-row.ts'

/** One page of jobs, newest first; ids are time-ordered. */
export async function listJobs(
  pool: Pool,
  tenantId: string,
  { status, cursor, limit }: ListDeadLetterJobs,
): Promise<Page<DeadLetterJob>> {
  const { rows } = await pool.query<JobRow>(
    `SELECT * FROM dead_letter_job
     WHERE tenant_id = $1 AND ($2::text[] IS NULL OR status = ANY ($2)) AND ($3::uuid IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [tenantId, status && status.length > 0 ? status : null, cursor ?? null, limit + 1],
  )
  const shown = rows.slice(0, limit)
  return { items: shown.map(toJob), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
}

interface DetailRow extends JobRow {
  tasks: DeadLetterJobView['tasks']
  refusals: DeadLetterJobView['refusals'] | null
}

/** A job with what became of its tasks and why letters were refused; null when the tenant has no such job. */
export async function getJob(pool: Pool, tenantId: string, id: string): Promise<DeadLetterJobView | null> {
  const { rows } = await pool.query<DetailRow>({ name: 'get-dead-letter-job', text: getSql, values: [tenantId, id] })
  const [row] = rows
  return row ? { ...toJob(row), tasks: row.tasks, refusals: row.refusals ?? [] } : null
}

const getSql = `
  SELECT j.*,
    (SELECT json_build_object(
       'succeeded', count(*) FILTER (WHERE o.status = 'succeeded'), 'failed', count(*) FILTER (WHERE o.status = 'failed'),
       'other', count(*) FILTER (WHERE o.status IN ('cancelled', 'expired')), 'alive', count(*) FILTER (WHERE o.id IS NULL))
     FROM dead_letter_job_item i LEFT JOIN outcome o ON o.tenant_id = i.tenant_id AND o.id = i.task_id
     WHERE i.tenant_id = j.tenant_id AND i.job_id = j.id AND i.outcome = 'done' AND i.task_id IS NOT NULL) AS tasks,
    (SELECT json_agg(r ORDER BY r.count DESC) FROM (
       SELECT i.code, min(i.message) AS message, count(*) AS count FROM dead_letter_job_item i
       WHERE i.tenant_id = j.tenant_id AND i.job_id = j.id AND i.outcome = 'refused'
       GROUP BY i.code ORDER BY count(*) DESC LIMIT 10) r) AS refusals
  FROM dead_letter_job j WHERE j.tenant_id = $1 AND j.id = $2::uuid`
