import type { ClientBase } from 'pg'
import type { TaskStatus } from '../contracts/tasks.ts'
import type { RecordedAttempt, RecordedHistory, RecordedTask } from '../core/simulator/recorded-history.ts'
import { firstIdAt } from './sql/id-range.ts'
import { countWindow } from './sql/simulations/count-window.ts'
import { type RecordedAttemptRow, readAttempts } from './sql/simulations/read-attempts.ts'
import { minutesTogether, type RecordedTaskRow, readTasks } from './sql/simulations/read-tasks.ts'

const pageSize = 2_000
const minuteMs = 60_000

/**
 * Reads what a tenant was sent between two moments (ms since the epoch), and what became of it, page by page. When that is more
 * than `mostTasks`, stretches of whole minutes, evenly spread, are read, and the result says how many.
 */
export async function readHistory(
  client: ClientBase,
  { tenantId, from, to, mostTasks }: { tenantId: string; from: number; to: number; mostTasks: number },
): Promise<RecordedHistory> {
  const oneOf = Math.max(1, Math.ceil((await countWindow(client, tenantId, from, to)) / mostTasks))
  const places = new Map<string, number>()
  const tasks: RecordedTask[] = []
  const endId = firstIdAt(to)
  let afterId = firstIdAt(from)
  for (;;) {
    const page = { tenantId, afterId, endId, limit: pageSize, sampling: { oneOf } }
    const rows = await readTasks(client, page)
    const attempts =
      rows.length > 0
        ? await readAttempts(
            client,
            tenantId,
            rows.map(({ id }) => id),
          )
        : []
    const byTask = Map.groupBy(attempts, ({ task_id }) => task_id)
    for (const row of rows) {
      tasks.push(toTask(row, byTask.get(row.id) ?? [], places))
      places.set(row.id, tasks.length - 1)
    }
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) break
    afterId = last.id
  }
  return {
    tenantId,
    from,
    to,
    tasks,
    sampling: { minutes: sampledMinutes(from, to, oneOf), of: (to - from) / minuteMs },
  }
}

/** Minutes of the window that belong to stretches which are read. */
function sampledMinutes(from: number, to: number, oneOf: number): number {
  if (oneOf === 1) return (to - from) / minuteMs
  const stretchMs = minutesTogether * minuteMs
  let sampled = 0
  for (let stretch = Math.floor(from / stretchMs); stretch * stretchMs < to; stretch++) {
    if (stretch % oneOf !== 0) continue
    sampled += Math.min(to, (stretch + 1) * stretchMs) - Math.max(from, stretch * stretchMs)
  }
  return sampled / minuteMs
}

/** Parents that are not in the history are left out: they had succeeded, or their children would not have run. */
function toTask(
  row: RecordedTaskRow,
  attempts: readonly RecordedAttemptRow[],
  places: ReadonlyMap<string, number>,
): RecordedTask {
  const isCancelled = row.status === 'cancelled' && row.reason !== 'PARENT_FAILED'
  return {
    type: row.type,
    priority: row.priority,
    pinnedModuleId: row.module_id,
    acceptedAt: row.accepted_ms,
    runAt: row.run_ms,
    deadline: row.deadline_ms,
    timeoutMs: row.timeout_ms,
    totalTimeoutMs: row.total_timeout_ms,
    maxAttempts: row.max_attempts,
    complexity: row.complexity,
    resources: { cpu: row.cpu, memoryMb: row.memory_mb },
    costBudgetUsd: row.cost_budget_usd === null ? null : Number(row.cost_budget_usd),
    parents: (row.depends_on ?? []).flatMap(id => places.get(id) ?? []),
    attempts: attempts.map(toAttempt),
    status: (row.status ?? 'ready') as TaskStatus,
    finishedAt: row.finished_ms,
    cancelledAt: isCancelled ? row.finished_ms : null,
    endReason: row.reason,
  }
}

function toAttempt(row: RecordedAttemptRow): RecordedAttempt {
  return {
    moduleId: row.module_id,
    instanceId: row.instance_id,
    outcome: row.outcome,
    errorCode: row.error_code,
    enqueuedAt: row.enqueued_ms,
    dispatchedAt: row.dispatched_ms,
    endedAt: row.ended_ms,
    inFlight: row.in_flight,
  }
}
