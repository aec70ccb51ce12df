import { retryDelayMs } from '../../queue/retry-delay.ts'
import { isRetryable } from '../../queue/retry-policy.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import { BinaryHeap } from '../../shared/binary-heap.ts'
import { createDraws } from '../../simulator/draw.ts'
import type { RecordedAttempt, RecordedHistory, RecordedTask } from '../../simulator/recorded-history.ts'
import { historyOf, recordedTask, windowStart } from '../../simulator/testing/synthetic-history.ts'

/** Tasks of one type, at random times (Poisson). */
export interface StreamPlan {
  type: string
  perHour: number
  /** Part of those tasks that come at a time (ms since the start of the window), 0-1; all of them when it is left out. */
  intensity?: (at: number) => number
  /** Share of the tasks that each module gets, by id; they sum to 1. */
  shares: Readonly<Record<string, number>>
  priority?: number
  deadlineMs?: number
  timeoutMs?: number
}

/** A call that is to be made; times in ms, `at` since the start of the window. */
export interface PlannedCall {
  type: string
  moduleId: string
  instanceId: string
  at: number
  /** Other calls in flight on the instance. */
  inFlight: number
  /** Which call of its task it is, from 1. */
  number: number
  /** Since the call before ended; 0 for the first. */
  delayMs: number
  /** [0, 1) */
  draw: () => number
}

/** How long it would take, and the error that it would end with. */
export interface CallOutcome {
  durationMs: number
  errorCode?: string | null
}

export interface TrafficPlan {
  seed: number
  hours: number
  modules: readonly ModuleRecord[]
  streams: readonly StreamPlan[]
  behave: (call: PlannedCall) => CallOutcome
}

interface Job {
  stream: StreamPlan
  module: ModuleRecord
  acceptedAt: number
  attempts: RecordedAttempt[]
}

type Event = { at: number; order: number; job: Job } & ({ kind: 'queue' } | { kind: 'end'; instanceId: string })

const hourMs = 3_600_000
const overheadMs = 2

/**
 * What would be recorded of a fleet that behaves as planned: a small queueing system of its own, first come first served per module,
 * random among instances with room, retries by the policies of production.
 */
export function generateTraffic(plan: TrafficPlan): RecordedHistory {
  const traffic = new Traffic(plan)
  return historyOf(traffic.run(), plan.hours * hourMs)
}

class Traffic {
  readonly #plan: TrafficPlan
  readonly #draw: () => number
  readonly #events = new BinaryHeap<Event>((a, b) => a.at - b.at || a.order - b.order)
  readonly #queues = new Map<string, { job: Job; since: number }[]>()
  readonly #inFlight = new Map<string, number>()
  readonly #done: RecordedTask[] = []
  #order = 0

  constructor(plan: TrafficPlan) {
    this.#plan = plan
    this.#draw = createDraws(plan.seed)
  }

  run(): RecordedTask[] {
    for (const stream of this.#plan.streams) this.#arrive(stream)
    for (let event = this.#events.pop(); event; event = this.#events.pop()) {
      const { job, at } = event
      if (event.kind === 'queue') this.#queueOf(job.module).push({ job, since: at })
      else this.#end(job, event.instanceId, at)
      this.#dispatch(job.module, at)
    }
    return this.#done.toSorted((a, b) => a.acceptedAt - b.acceptedAt)
  }

  #arrive(stream: StreamPlan): void {
    const byId = new Map(this.#plan.modules.map(module => [module.id, module]))
    const endAt = windowStart + this.#plan.hours * hourMs
    for (let at = windowStart; ; ) {
      at += (-Math.log(1 - this.#draw()) * hourMs) / stream.perHour
      if (at >= endAt) return
      if (stream.intensity && this.#draw() >= stream.intensity(at - windowStart)) continue
      let place = this.#draw()
      const [id] =
        Object.entries(stream.shares).find(([, share]) => (place -= share) < 0) ??
        Object.entries(stream.shares)[0] ??
        []
      const module = byId.get(id ?? '')
      if (module) this.#push({ kind: 'queue', at, job: { stream, module, acceptedAt: at, attempts: [] } })
    }
  }

  #push(event: { at: number; job: Job } & ({ kind: 'queue' } | { kind: 'end'; instanceId: string })): void {
    this.#events.push({ ...event, order: this.#order++ })
  }

  #queueOf({ id }: ModuleRecord): { job: Job; since: number }[] {
    let queue = this.#queues.get(id)
    if (!queue) this.#queues.set(id, (queue = []))
    return queue
  }

  #dispatch(module: ModuleRecord, at: number): void {
    const queue = this.#queueOf(module)
    for (;;) {
      const free = module.instances.filter(({ id, capacity }) => (this.#inFlight.get(id) ?? 0) < capacity)
      const instance = free[Math.floor(this.#draw() * free.length)]
      const next = instance && queue.shift()
      if (!next) return
      this.#call(next.job, instance.id, { since: next.since, at })
    }
  }

  #call(job: Job, instanceId: string, { since, at }: { since: number; at: number }): void {
    const { stream, module, acceptedAt, attempts } = job
    const deadline = stream.deadlineMs === undefined ? null : acceptedAt + stream.deadlineMs
    if (deadline !== null && at > deadline) return this.#close(job, 'expired', deadline, null)
    const dispatchedAt = at + overheadMs
    const inFlight = this.#inFlight.get(instanceId) ?? 0
    const { durationMs, errorCode = null } = this.#plan.behave({
      type: stream.type,
      moduleId: module.id,
      instanceId,
      at: dispatchedAt - windowStart,
      inFlight,
      number: attempts.length + 1,
      delayMs: dispatchedAt - (attempts.at(-1)?.endedAt ?? dispatchedAt),
      draw: this.#draw,
    })
    const limitMs = Math.min(stream.timeoutMs ?? 300_000, module.breaker.callTimeoutMs)
    const isLate = durationMs > limitMs
    const endedAt = dispatchedAt + Math.min(durationMs, limitMs)
    attempts.push({
      moduleId: module.id,
      instanceId,
      outcome: isLate ? 'timed_out' : errorCode === null ? 'succeeded' : 'failed',
      errorCode: isLate ? 'TIMEOUT' : errorCode,
      enqueuedAt: since,
      dispatchedAt,
      endedAt,
      inFlight,
    })
    this.#inFlight.set(instanceId, inFlight + 1)
    this.#push({ kind: 'end', at: endedAt, job, instanceId })
  }

  #end(job: Job, instanceId: string, at: number): void {
    this.#inFlight.set(instanceId, (this.#inFlight.get(instanceId) ?? 1) - 1)
    const { module, attempts } = job
    const last = attempts.at(-1)
    if (!last || last.outcome === 'succeeded') return this.#close(job, 'succeeded', at, null)
    const { retry } = module
    const mayRetry = isRetryable(retry, { code: last.errorCode ?? '', saidRetryable: null })
    if (!mayRetry) return this.#close(job, 'failed', at, 'NOT_RETRYABLE')
    if (attempts.length >= retry.maxAttempts) return this.#close(job, 'failed', at, 'ATTEMPTS_EXHAUSTED')
    this.#push({ kind: 'queue', at: at + retryDelayMs(retry, attempts.length, this.#draw), job })
  }

  #close(
    { stream, acceptedAt, attempts }: Job,
    status: RecordedTask['status'],
    at: number,
    reason: string | null,
  ): void {
    const { type, priority = 5, deadlineMs, timeoutMs = 300_000 } = stream
    const deadline = deadlineMs === undefined ? null : acceptedAt + deadlineMs
    const task = recordedTask(acceptedAt - windowStart, [])
    const end = { attempts, status, finishedAt: at, endReason: reason }
    this.#done.push({ ...task, type, priority, deadline, timeoutMs, ...end })
  }
}

/** A duration around this mean, log-normal with this spread of its logarithm. */
export function around(meanMs: number, spread: number, draw: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
  return meanMs * Math.exp(spread * normal - (spread * spread) / 2)
}
