import { defaultChoicePolicy } from '../../brain/choice-policy.ts'
import type { ConfigurationSnapshot } from '../../changes/configuration-snapshot.ts'
import { defaultQueuePolicy } from '../../queue/priority.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import { createDraws } from '../draw.ts'
import type { RecordedAttempt, RecordedHistory, RecordedTask } from '../recorded-history.ts'

export const windowStart = Date.UTC(2026, 0, 1)

/** A succeeded task of type `work`, accepted at an offset from the start of the window, whose one call took so long. */
export function recordedTask(
  acceptedMs: number,
  calls: readonly Partial<RecordedAttempt>[],
  change: Partial<RecordedTask> = {},
): RecordedTask {
  const acceptedAt = windowStart + acceptedMs
  const attempts = calls.map((call): RecordedAttempt => {
    const dispatchedAt = call.dispatchedAt ?? acceptedAt
    return {
      moduleId: 'm1',
      instanceId: 'm1-1',
      outcome: 'succeeded',
      errorCode: null,
      enqueuedAt: acceptedAt,
      dispatchedAt,
      endedAt: dispatchedAt + 1_000,
      inFlight: null,
      ...call,
    }
  })
  return {
    type: 'work',
    priority: 5,
    pinnedModuleId: null,
    acceptedAt,
    runAt: null,
    deadline: null,
    timeoutMs: 30_000,
    totalTimeoutMs: null,
    maxAttempts: 4,
    complexity: 1,
    resources: { cpu: 0, memoryMb: 0 },
    costBudgetUsd: null,
    parents: [],
    attempts,
    status: 'succeeded',
    finishedAt: attempts.at(-1)?.endedAt ?? null,
    cancelledAt: null,
    endReason: null,
    ...change,
  }
}

export function historyOf(tasks: readonly RecordedTask[], windowMs: number): RecordedHistory {
  const minutes = windowMs / 60_000
  return {
    tenantId: 'default',
    from: windowStart,
    to: windowStart + windowMs,
    tasks,
    sampling: { minutes, of: minutes },
  }
}

export function snapshotOf(...modules: ModuleRecord[]): ConfigurationSnapshot {
  return {
    tenantId: 'default',
    modules,
    policy: { version: 0, ...defaultQueuePolicy },
    flags: {
      cost_based_scheduling: false,
      critical_path_analysis: true,
      dag_optimization: true,
      predictive_scaling: false,
    },
    choice: defaultChoicePolicy,
    concurrency: 256,
    queueCapacity: 1_000_000,
    taskTimeoutMs: 300_000,
    evidence: [],
  }
}

export interface MarkovQueue {
  count: number
  servers: number
  meanGapMs: number
  meanCallMs: number
  seed: number
}

/** Poisson arrivals with exponential calls, served first come first served by so many servers; offsets in ms. */
export function* serveMarkov(queue: MarkovQueue): Generator<{ acceptedMs: number; begunMs: number; endedMs: number }> {
  const draws = createDraws(queue.seed)
  const exponential = (mean: number) => -Math.log(1 - draws()) * mean
  const freeAt = new Array<number>(queue.servers).fill(0)
  let at = 0
  for (let count = 0; count < queue.count; count++) {
    at += exponential(queue.meanGapMs)
    const acceptedMs = Math.round(at)
    const server = freeAt.indexOf(Math.min(...freeAt))
    const begunMs = Math.max(acceptedMs, freeAt[server] ?? 0)
    const endedMs = begunMs + exponential(queue.meanCallMs)
    freeAt[server] = endedMs
    yield { acceptedMs, begunMs, endedMs }
  }
}

/** Such a queue as recorded: tasks of type `work` on module `m1`. */
export function markovHistory(queue: MarkovQueue): RecordedHistory {
  const tasks: RecordedTask[] = []
  for (const { acceptedMs, begunMs, endedMs } of serveMarkov(queue)) {
    tasks.push(recordedTask(acceptedMs, [{ dispatchedAt: windowStart + begunMs, endedAt: windowStart + endedMs }]))
  }
  return historyOf(
    tasks,
    Math.max(Math.ceil(queue.count * queue.meanGapMs), (tasks.at(-1)?.acceptedAt ?? 0) - windowStart + 1),
  )
}

/** Mean wait of an M/M/c queue by Erlang's C formula, in ms. */
export function erlangWaitMs(servers: number, meanGapMs: number, meanCallMs: number): number {
  const offered = meanCallMs / meanGapMs
  let term = 1
  let sum = 1
  for (let k = 1; k < servers; k++) {
    term *= offered / k
    sum += term
  }
  const full = (term * offered) / servers / (1 - offered / servers)
  return (full / (sum + full)) * (1 / (servers / meanCallMs - 1 / meanGapMs))
}
