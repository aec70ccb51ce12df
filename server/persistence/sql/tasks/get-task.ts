import type { Pool } from 'pg'
import type { Json } from '#server/contracts/common.ts'
import type { DeadLetterState } from '#server/contracts/dead-letters.ts'
import type { AttemptView, TaskStatus } from '#server/contracts/tasks.ts'
import type { WaitReason } from '#server/core/queue/task-state.ts'
import type { StoredTask } from '#server/core/queue/task-store.ts'
import { type RelationColumns, type Relations, readRelations } from './related-tasks.ts'
import { statusSql } from './status-sql.ts'

interface Row extends RelationColumns {
  lane_id: number
  cpu: number
  memory_mb: number
  type: string
  module_id: string | null
  status: TaskStatus
  priority: number
  score: number
  rank: string
  run_at: Date | null
  deadline: Date | number
  timeout_ms: number
  total_timeout_ms: number | null
  max_attempts: number
  complexity: number
  cost_budget_usd: string | null
  idempotency_key: string | null
  submitted_by: string
  retry_of: string | null
  traceparent: string | null
  checkpoint: { data: Json; bytes: number; moduleId: string; savedAt: string } | null
  retried_as: string | null
  accepted_at: Date
  payload: Json
  served_by: string | null
  used: number
  started_at: Date | null
  finished_at: Date | null
  error_code: string | null
  error_message: string | null
  reason: string | null
  result: Json
  wait_reason: WaitReason | null
  due_at: Date | null
  since: Date | null
  lease_no: string | null
  replica_id: string | null
  claimed_at: Date | null
  attempt_rows: AttemptRow[] | null
  raised_by: string | null
  raised_at: Date | null
  fingerprint: string | null
  letter_state: DeadLetterState
  failed_at: Date | null
  reprocessed_as: string | null
  closed_at: Date | null
  closed_by: string | null
  close_reason: string | null
  job_id: string | null
}

interface AttemptRow {
  number: number
  module_id: string
  instance_id: string
  outcome: AttemptView['outcome']
  error_code: string | null
  error_message: string | null
  enqueued_at: string
  claimed_at: string
  dispatched_at: string
  ended_at: string
  cost_usd: number
  decision: AttemptView['decision']
}

/** A task with its attempts and where it stands, from one snapshot, and then what it is related to; null when the tenant has no such task. */
export async function getTask(pool: Pool, tenantId: string, id: string): Promise<StoredTask | null> {
  const { rows } = await pool.query<Row>({ name: 'get-task', text: getSql, values: [tenantId, id] })
  const row = rows[0]
  return row ? toStoredTask(row, tenantId, await readRelations(pool, tenantId, row)) : null
}

const getSql = `
  SELECT t.id, t.lane_id, n.cpu, n.memory_mb, t.type, t.module_id, t.priority, t.score, t.rank, t.run_at, t.deadline, t.timeout_ms, t.total_timeout_ms,
         t.max_attempts, t.traceparent,
         t.complexity, t.cost_budget_usd, t.idempotency_key, t.submitted_by, t.retry_of, t.accepted_at, t.payload,
         ${statusSql('t')} AS status,
         (SELECT n.id FROM task n WHERE n.tenant_id = t.tenant_id AND n.retry_of = t.id ORDER BY n.id DESC LIMIT 1) AS retried_as,
         o.served_by, o.finished_at, o.error_code, o.error_message, coalesce(o.reason, l.cancel_reason) AS reason, o.result,
         coalesce(o.attempts, l.attempts, w.attempts, r.attempts, 0) AS used,
         coalesce(o.started_at, l.started_at, l.claimed_at, w.started_at, r.started_at) AS started_at,
         w.reason AS wait_reason, w.due_at, w.since, l.lease_no, l.replica_id, l.claimed_at,
         (SELECT json_agg(a ORDER BY a.lease_no, a.number) FROM (
            SELECT number, lease_no, module_id, instance_id, outcome, error_code, error_message, enqueued_at, claimed_at,
                   dispatched_at, ended_at, cost_usd, decision
            FROM attempt WHERE tenant_id = t.tenant_id AND task_id = t.id
            UNION ALL
            SELECT number, lease_no, module_id, instance_id, 'preempted', 'PREEMPTED', error_message, enqueued_at, claimed_at,
                   dispatched_at, ended_at, cost_usd, NULL
            FROM preemption WHERE tenant_id = t.tenant_id AND task_id = t.id
          ) a) AS attempt_rows,
         (SELECT jsonb_build_object('data', c.data, 'bytes', octet_length(c.data::text), 'moduleId', c.module_id,
                                    'savedAt', c.saved_at)
          FROM checkpoint c WHERE c.task_id = t.id) AS checkpoint,
         d.fingerprint, d.state AS letter_state, d.failed_at, d.reprocessed_as, d.closed_at, d.closed_by,
         d.reason AS close_reason, d.job_id, t.raised_by, t.raised_at, t.depends_on, o.caused_by,
         EXISTS (SELECT FROM task_edge e WHERE e.parent_id = t.id) AS is_awaited
  FROM task t
  JOIN lane n ON n.id = t.lane_id
  LEFT JOIN outcome o ON o.tenant_id = t.tenant_id AND o.id = t.id
  LEFT JOIN dead_letter d ON d.tenant_id = t.tenant_id AND d.id = t.id
  LEFT JOIN lease l ON l.id = t.id
  LEFT JOIN waiting w ON w.id = t.id
  LEFT JOIN ready r ON r.lane_id = t.lane_id AND r.rank = t.rank AND r.priority = t.priority AND r.deadline = t.deadline AND r.id = t.id
  WHERE t.tenant_id = $1 AND t.id = $2::uuid`

function toStoredTask(row: Row, tenantId: string, relations: Relations): StoredTask {
  return {
    summary: {
      id: row.id,
      type: row.type,
      status: row.status,
      priority: row.priority,
      moduleId: row.module_id,
      servedBy: row.served_by || row.attempt_rows?.at(-1)?.module_id || null,
      attemptCount: row.used,
      maxAttempts: row.max_attempts,
      createdAt: row.accepted_at.toISOString(),
      startedAt: row.started_at?.toISOString() ?? null,
      finishedAt: row.finished_at?.toISOString() ?? null,
      errorCode: row.error_code,
    },
    payload: row.payload,
    result: row.result,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    attempts: (row.attempt_rows ?? []).map(toAttempt),
    score: row.score,
    rank: Number(row.rank),
    runAt: row.run_at?.toISOString() ?? null,
    deadline: row.deadline instanceof Date ? row.deadline.toISOString() : null,
    timeoutMs: row.timeout_ms,
    totalTimeoutMs: row.total_timeout_ms,
    estimatedComplexity: row.complexity,
    costBudgetUsd: row.cost_budget_usd === null ? null : Number(row.cost_budget_usd),
    idempotencyKey: row.idempotency_key,
    submittedBy: row.submitted_by,
    retryOf: row.retry_of,
    traceparent: row.traceparent,
    checkpoint: row.checkpoint && { ...row.checkpoint, savedAt: new Date(row.checkpoint.savedAt).toISOString() },
    retriedAs: row.retried_as,
    endReason: row.reason,
    deadLetter: toMark(row),
    lane: {
      id: row.lane_id,
      tenantId,
      taskType: row.type,
      pinnedModuleId: row.module_id,
      resources: { cpu: row.cpu, memoryMb: row.memory_mb },
    },
    waiting:
      row.wait_reason === null || row.since === null
        ? null
        : { reason: row.wait_reason, dueAt: row.due_at?.toISOString() ?? null, since: row.since.toISOString() },
    lease:
      row.lease_no === null || row.replica_id === null || row.claimed_at === null
        ? null
        : { leaseNo: Number(row.lease_no), replicaId: row.replica_id, claimedAt: row.claimed_at.toISOString() },
    ...relations,
    raised:
      row.raised_by === null || row.raised_at === null ? null : { by: row.raised_by, at: row.raised_at.toISOString() },
  }
}

function toMark(row: Row): StoredTask['deadLetter'] {
  if (row.fingerprint === null || row.failed_at === null) return null
  return {
    fingerprint: row.fingerprint,
    state: row.letter_state,
    failedAt: row.failed_at.toISOString(),
    reprocessedAs: row.reprocessed_as,
    closedAt: row.closed_at?.toISOString() ?? null,
    closedBy: row.closed_by,
    reason: row.close_reason,
    jobId: row.job_id,
  }
}

function toAttempt(row: AttemptRow): AttemptView {
  const iso = (text: string) => new Date(text).toISOString()
  return {
    number: row.number,
    moduleId: row.module_id,
    instanceId: row.instance_id,
    outcome: row.outcome,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    enqueuedAt: iso(row.enqueued_at),
    claimedAt: iso(row.claimed_at),
    dispatchedAt: iso(row.dispatched_at),
    endedAt: iso(row.ended_at),
    costUsd: row.cost_usd,
    decision: row.decision,
  }
}
