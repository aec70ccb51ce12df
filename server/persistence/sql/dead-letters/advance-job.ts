import type { Pool } from 'pg'
import type { DeadLetterJobStatus } from '#server/contracts/dead-letters.ts'
import type { DeadLetterJobStore, LeasedJob, TrialCount } from '#server/core/dead-letters/dead-letter-job-store.ts'
import type { Actor } from '#server/core/shared/principal.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'

/**
 * Keeps the figures of the trial and moves the job on, when this replica holds its lease and nobody decided otherwise
 * meanwhile. Its end is audited in the name of who asked for it.
 */
export function advanceJob(
  pool: Pool,
  job: LeasedJob,
  replicaId: string,
  next: { status: DeadLetterJobStatus | null; trial: TrialCount | null },
): Promise<void> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<{ done: number; refused: number; skipped: number }>(
      `UPDATE dead_letter_job
       SET status = coalesce($5, status), waiting_for = NULL, trial_ended = coalesce($6, trial_ended),
           trial_succeeded = coalesce($7, trial_succeeded), ended_at = CASE WHEN $5 = 'done' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND id = $2 AND leased_by = $3 AND status = $4
       RETURNING done, refused, skipped`,
      [
        job.tenantId,
        job.id,
        replicaId,
        job.status,
        next.status,
        next.trial?.ended ?? null,
        next.trial?.succeeded ?? null,
      ],
    )
    const [figures] = rows
    if (!figures || next.status !== 'done') return
    await appendAudit(client, [
      {
        by: job.by,
        action: 'dead_letter_job.ended',
        targetKind: 'dead_letter_job',
        targetId: job.id,
        details: { kind: job.kind, ...figures },
      },
    ])
  })
}

/**
 * A person's word: go on after the trial (or before its end), or stop for good. Answers the status before, null when there is
 * no such job; audited when it changed something.
 */
export function decideJob(
  pool: Pool,
  by: Actor,
  id: string,
  decision: Parameters<DeadLetterJobStore['decide']>[2],
): Promise<DeadLetterJobStatus | null> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<{ status: DeadLetterJobStatus; done: number }>(
      'SELECT status, done FROM dead_letter_job WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
      [by.tenantId, id],
    )
    const [job] = rows
    if (!job) return null
    const isOver = job.status === 'done' || job.status === 'aborted'
    if (isOver || (decision.kind === 'continue' && job.status === 'running')) return job.status
    const reason = decision.kind === 'abort' ? decision.reason : null
    if (decision.kind === 'continue') {
      await client.query(`UPDATE dead_letter_job SET status = 'running' WHERE tenant_id = $1 AND id = $2`, [
        by.tenantId,
        id,
      ])
    } else {
      await client.query(
        `UPDATE dead_letter_job SET status = 'aborted', ended_at = clock_timestamp(), ended_by = $3, end_reason = $4
         WHERE tenant_id = $1 AND id = $2`,
        [by.tenantId, id, by.name, reason],
      )
    }
    await appendAudit(client, [
      {
        by,
        action: decision.kind === 'continue' ? 'dead_letter_job.continued' : 'dead_letter_job.aborted',
        targetKind: 'dead_letter_job',
        targetId: id,
        reason: reason ?? undefined,
        details: { before: job.status, done: job.done },
      },
    ])
    return job.status
  })
}
