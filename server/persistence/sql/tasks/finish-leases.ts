import type { Pool } from 'pg'
import { letterError } from '#server/core/dead-letters/fingerprint.ts'
import type { StampedEvent } from '#server/core/events/event-store.ts'
import type { AttemptRecord, ClaimedTask, LeaseEnd } from '#server/core/queue/task-store.ts'
import { letterFingerprint } from '../dead-letters/letter-fingerprint.ts'
import { serializeEvent } from '../events/stored-event.ts'
import { type DependantsColumn, toMoved, type WithDependants } from './dependants-column.ts'
import { finishStatement } from './finish-sql.ts'

/**
 * Ends leases in one statement. The DELETE of the lease row is the fence: it matches id and lease number, so of two writers
 * only the holder of the current lease finds a row, and everything after it works on the rows that it found. A lease that was
 * marked by a cancel is not given another turn. What waits for tasks that end moves with them. Answers, in order, whether each end counted.
 */
export async function finishLeases(
  pool: Pool,
  ends: readonly LeaseEnd[],
  replicaId: string,
): Promise<WithDependants<boolean[]>> {
  // Row locks in id order: two batches with the same tasks cannot deadlock.
  const inOrder = ends.toSorted((a, b) => (a.task.id < b.task.id ? -1 : 1))
  const letters = inOrder.map(toLetter)
  const spend = inOrder.flatMap(toSpendRows)
  const attempts = inOrder.flatMap(end => end.attempts.map(attempt => toAttemptRow(end.task, attempt)))
  const { rows } = await pool.query<DependantsColumn & { lease_no: string }>({
    ...finishStatement({
      returns: inOrder.some(({ next }) => next.kind !== 'end'),
      letters: letters.some(letter => letter !== null),
      spend: spend.length > 0,
      preemptions: attempts.some(({ outcome }) => outcome === 'preempted'),
    }),
    values: [
      `[${inOrder.map((end, index) => toEndRow(end, letters[index] ?? null)).join(',')}]`,
      JSON.stringify(attempts),
      replicaId,
      ...(spend.length > 0 ? [JSON.stringify(spend)] : []),
    ],
  })
  const counted = new Set(rows.map(row => Number(row.lease_no)))
  return { result: ends.map(end => counted.has(end.task.leaseNo)), moved: toMoved(rows[0]) }
}

/** One end as JSON text; the result is JSON already. What is left out is null. */
function toEndRow(end: LeaseEnd, letter: Letter | null): string {
  const { task, next } = end
  const agent = end.events.filter(event => !isOfTask(event))
  const ofTask = end.events.filter(isOfTask)
  const row = JSON.stringify({
    id: task.id,
    lease_no: task.leaseNo,
    lane_id: task.laneId,
    attempts: end.attemptsUsed,
    started_ms: end.startedAt,
    finished_ms: end.at,
    served_by: end.attempts.at(-1)?.moduleId,
    payload_bytes: task.payloadBytes,
    agent_count: agent.length,
    agent_events: joinEvents(agent),
    agent_types: joinTypes(agent),
    task_count: ofTask.length,
    task_events: joinEvents(ofTask),
    task_types: joinTypes(ofTask),
    ...(next.kind === 'end' && {
      status: next.status,
      error_code: next.error?.code,
      error_message: next.error?.message,
      reason: next.reason,
      letter,
    }),
    ...(next.kind === 'wait' && { delay_ms: next.delayMs, wait_reason: next.reason }),
  })
  return next.kind === 'end' && next.result !== null ? `${row.slice(0, -1)},"result":${next.result}}` : row
}

/** Events of the task itself, which a cancel under the lease replaces; the others are of its attempts. */
function isOfTask(event: StampedEvent): boolean {
  return event.type.startsWith('task.')
}

function joinEvents(events: readonly StampedEvent[]): string | undefined {
  return events.length === 0 ? undefined : events.map(serializeEvent).join(',')
}

function joinTypes(events: readonly StampedEvent[]): string | undefined {
  return events.length === 0 ? undefined : [...new Set(events.map(event => event.type))].join(',')
}

function toAttemptRow(task: ClaimedTask, attempt: AttemptRecord) {
  return {
    tenant_id: task.tenantId,
    task_id: task.id,
    lease_no: task.leaseNo,
    enqueued_ms: task.enqueuedAt,
    claimed_ms: task.claimedAt,
    number: attempt.number,
    module_id: attempt.moduleId,
    instance_id: attempt.instanceId,
    outcome: attempt.outcome,
    error_code: attempt.error?.code,
    error_message: attempt.error?.message,
    dispatched_ms: attempt.dispatchedAt,
    ended_ms: attempt.endedAt,
    cost_usd: toMoney(attempt.costUsd),
    decision: attempt.decision,
  }
}

type Letter = { type: string; priority: number; fingerprint: string } & ReturnType<typeof letterError>

/** What a task that ends failed leaves behind as a dead letter; null for any other. */
function toLetter({ task, next }: LeaseEnd): Letter | null {
  if (next.kind !== 'end' || next.status !== 'failed') return null
  const error = letterError(next.error, next.reason)
  const fingerprint = letterFingerprint({ type: task.type, ...error })
  return { type: task.type, priority: task.priority, ...error, fingerprint }
}

/** Its attempts that cost something, as they are added to the spend of their day. */
function toSpendRows({ task, attempts }: LeaseEnd) {
  return attempts
    .filter(attempt => attempt.costUsd > 0)
    .map(({ endedAt, moduleId, costUsd }) => ({
      tenant_id: task.tenantId,
      lease_no: task.leaseNo,
      day: new Date(endedAt).toISOString().slice(0, 10),
      module_id: moduleId,
      task_type: task.type,
      cost_usd: toMoney(costUsd),
    }))
}

/** As the database keeps money: ten decimals, never in exponent form. */
function toMoney(usd: number): string {
  return usd.toFixed(10)
}
