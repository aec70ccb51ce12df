import type { Json } from '#server/contracts/common.ts'
import type { Checkpoint } from '#server/core/queue/interruption.ts'
import type { ClaimedTask } from '#server/core/queue/task-store.ts'

/** A leased task as `claimedColumns` read it. */
export interface ClaimedRow {
  tenant_id: string
  id: string
  lane_id: number
  type: string
  module_id: string | null
  priority: number
  rank: string
  deadline_ms: number | null
  timeout_ms: number
  total_timeout_ms: number | null
  max_attempts: number
  complexity: number
  cost_budget_usd: string | null
  spent_usd: string
  submitted_by: string
  retry_of: string | null
  traceparent: string | null
  payload: Json
  payload_bytes: number
  checkpoint: Checkpoint | null
  lease_no: string
  attempts: number
  enqueued_ms: number
  claimed_ms: number
  started_ms: number | null
}

/**
 * SQL for what an earlier attempt of a leased task saved. Looked for only when there was one: a task that runs for the first
 * time does not pay for it.
 */
export function checkpointSql(lease: string): string {
  return `CASE WHEN ${lease}.started_at IS NOT NULL THEN (
    SELECT jsonb_build_object('data', c.data, 'moduleId', c.module_id) FROM checkpoint c WHERE c.task_id = ${lease}.id) END`
}

/** Of a row source named `claimed` that joins a lease with its task. */
export const claimedColumns = `
  tenant_id, id, lane_id, type, module_id, priority, rank, timeout_ms, total_timeout_ms, max_attempts, complexity, submitted_by,
  retry_of, traceparent, payload, payload_bytes, checkpoint, lease_no, attempts, cost_budget_usd,
  CASE WHEN cost_budget_usd IS NOT NULL AND attempts > 0 THEN (
    SELECT coalesce(sum(a.cost_usd), 0) FROM attempt a WHERE a.tenant_id = claimed.tenant_id AND a.task_id = claimed.id
  ) ELSE 0 END AS spent_usd,
  CASE WHEN deadline < 'infinity' THEN (extract(epoch FROM deadline) * 1000)::float8 END AS deadline_ms,
  (extract(epoch FROM enqueued_at) * 1000)::float8 AS enqueued_ms,
  (extract(epoch FROM claimed_at) * 1000)::float8 AS claimed_ms,
  (extract(epoch FROM started_at) * 1000)::float8 AS started_ms`

export function toClaimed(row: ClaimedRow): ClaimedTask {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    laneId: row.lane_id,
    type: row.type,
    pinnedModuleId: row.module_id,
    priority: row.priority,
    deadline: row.deadline_ms,
    timeoutMs: row.timeout_ms,
    totalTimeoutMs: row.total_timeout_ms,
    maxAttempts: row.max_attempts,
    complexity: row.complexity,
    costBudgetUsd: row.cost_budget_usd === null ? null : Number(row.cost_budget_usd),
    spentUsd: Number(row.spent_usd),
    submittedBy: row.submitted_by,
    retryOf: row.retry_of,
    traceparent: row.traceparent,
    payload: row.payload,
    payloadBytes: row.payload_bytes,
    checkpoint: row.checkpoint,
    rank: Number(row.rank),
    leaseNo: Number(row.lease_no),
    attempts: row.attempts,
    enqueuedAt: row.enqueued_ms,
    claimedAt: row.claimed_ms,
    startedAt: row.started_ms,
  }
}
