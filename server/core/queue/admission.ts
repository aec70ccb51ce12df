import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import { DrainRate } from './drain-rate.ts'
import type { LiveTotals, TaskStore } from './task-store.ts'

/** What admission goes by of a task. */
export interface Admissible {
  tenantId: string
  type: string
  priority: number
  payloadBytes: number
}

/** How many tasks of a type may wait or run at once, for the types that have a cap. */
export interface TypeCaps {
  typeCapsOf(tenantId: string): Readonly<Record<string, number>>
  tenantsWithCaps(): readonly string[]
}

export interface AdmissionOptions {
  /** Tasks that may wait or run at once. */
  capacity: number
  /** Payload bytes that may wait or run at once. */
  capacityBytes: number
  store: Pick<TaskStore, 'liveTotals' | 'recountLive' | 'liveByType'>
  caps: TypeCaps
  clock: Clock
  logger: Logger
}

const refreshMs = 1_000
const shedFrom = 0.9
/** The tables themselves are counted so seldom that it takes a two-hundredth of the time at most. */
const recountEveryMs = 600_000
const typeCountEveryMs = 5_000
const countingShare = 0.005
const shortestWaitMs = 1_000
const longestWaitMs = 300_000
/** Promised when nothing has ended lately, so that nothing can be computed. */
const unknownWaitMs = 30_000

/** One thing that is limited: how much of it is taken, and how much there may be. */
interface Gauge {
  used: number
  capacity: number
}

/**
 * Lets new work in while there is room, by three measures: tasks, payload bytes, and tasks of a type that has a cap. From 90 %
 * of the fullest on the lowest priorities are refused first, one number for each further percent (10 at 90 %, 10 and 9 at
 * 91 %, ... 3 and above at 97 %); numbers 1 and 2 get in up to the capacity itself. What is alive is read from running totals
 * once a second (constant cost, however much waits) and kept in between from what this replica takes and ends.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #drain: DrainRate
  #count = 0
  #bytes = 0
  /** Let in and not yet committed or refused: no total has them. */
  #pendingCount = 0
  #pendingBytes = 0
  /** What the tables were found to hold beyond the totals. */
  #drift = { count: 0, bytes: 0 }
  #recountAt = 0
  #typesAt = 0
  readonly #byType = new Map<string, number>()
  #cancelTimer: (() => void) | null = null
  #isStopped = false
  shed = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#drain = new DrainRate()
  }

  get capacity(): number {
    return this.#options.capacity
  }

  get capacityBytes(): number {
    return this.#options.capacityBytes
  }

  /** Payload bytes of the tasks that wait or run. */
  get bytes(): number {
    return this.#bytes + this.#pendingBytes
  }

  /** Share of the capacity in use, by count or bytes, whichever is fuller. */
  get fill(): number {
    return Math.max(...this.#gauges().map(fillOf))
  }

  /** Tasks that end in a second, lately, over all replicas. */
  get drainPerSecond(): number {
    return this.#drain.perSecond
  }

  async start(): Promise<void> {
    const { clock } = this.#options
    this.#recountAt = clock.now() + recountEveryMs
    await this.#refresh()
    this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
  }

  /** Throws QUEUE_FULL or TASK_TYPE_FULL when such a task is not let in now; else holds its place until it is settled. */
  admit(task: Admissible): void {
    const [count, bytes] = this.#gauges()
    const afterwards = { ...bytes, used: bytes.used + task.payloadBytes }
    const cap = this.#typeGauge(task)
    if (cap && !isLetIn(cap, task.priority)) throw this.#typeFull(task, cap)
    if (!isLetIn(count, task.priority)) throw this.#queueFull(task, count, 'tasks')
    if (afterwards.used > bytes.capacity || !isLetIn(bytes, task.priority)) {
      throw this.#queueFull(task, afterwards, 'bytes')
    }
    this.#pendingCount++
    this.#pendingBytes += task.payloadBytes
    this.#addType(task, 1)
  }

  /** A task that was let in is committed (`isAccepted`), or was not accepted after all. */
  settle(task: Admissible, isAccepted: boolean): void {
    this.#pendingCount--
    this.#pendingBytes -= task.payloadBytes
    if (isAccepted) {
      this.#count++
      this.#bytes += task.payloadBytes
    } else {
      this.#addType(task, -1)
    }
  }

  /** A task has ended here. */
  ended(task: Omit<Admissible, 'priority'>): void {
    this.#count = Math.max(0, this.#count - 1)
    this.#bytes = Math.max(0, this.#bytes - task.payloadBytes)
    this.#addType(task, -1)
  }

  #gauges(): [count: Gauge, bytes: Gauge] {
    const { capacity, capacityBytes } = this.#options
    return [
      { used: this.#count + this.#pendingCount, capacity },
      { used: this.#bytes + this.#pendingBytes, capacity: capacityBytes },
    ]
  }

  #typeGauge({ tenantId, type }: Admissible): Gauge | null {
    const caps = this.#options.caps.typeCapsOf(tenantId)
    const capacity = Object.hasOwn(caps, type) ? caps[type] : undefined
    if (capacity === undefined) return null
    const used = this.#byType.get(`${tenantId} ${type}`)
    // A cap that is new: its tasks are counted at the next refresh.
    if (used === undefined) this.#typesAt = 0
    return { used: used ?? 0, capacity }
  }

  /** Only types that have a cap are counted. */
  #addType({ tenantId, type }: Omit<Admissible, 'priority'>, change: number): void {
    if (!Object.hasOwn(this.#options.caps.typeCapsOf(tenantId), type)) return
    const key = `${tenantId} ${type}`
    this.#byType.set(key, Math.max(0, (this.#byType.get(key) ?? 0) + change))
  }

  #queueFull({ priority }: Admissible, gauge: Gauge, measure: 'tasks' | 'bytes'): QuarterdeckError {
    this.shed++
    const retryAfterMs = this.#waitFor(gauge, priority, measure)
    const percent = Math.floor(Math.min(1, fillOf(gauge)) * 100)
    const isFull = gauge.used >= gauge.capacity
    return new QuarterdeckError('QUEUE_FULL', {
      message: isFull
        ? `The queue is full${measure === 'bytes' ? ' by the size of what waits' : ''}.`
        : `The queue is ${percent} % full; work of priority ${priority} is not taken now.`,
      action: 'Try again later; urgent work (priority 1 or 2) is taken while there is any room.',
      details: {
        retryAfterMs,
        retryAfterSeconds: Math.ceil(retryAfterMs / 1_000),
        measure,
        used: gauge.used,
        capacity: gauge.capacity,
        drainPerSecond: this.drainPerSecond,
      },
      retryable: true,
    })
  }

  #typeFull({ type, priority }: Admissible, gauge: Gauge): QuarterdeckError {
    this.shed++
    const retryAfterMs = this.#waitFor(gauge, priority, 'tasks')
    return new QuarterdeckError('TASK_TYPE_FULL', {
      message: `${gauge.used} of at most ${gauge.capacity} tasks of type ${type} wait or run; priority ${priority} is not taken now.`,
      action: 'Try again later, or raise the cap of the type in the queue policy.',
      details: {
        retryAfterMs,
        retryAfterSeconds: Math.ceil(retryAfterMs / 1_000),
        taskType: type,
        used: gauge.used,
        capacity: gauge.capacity,
      },
      retryable: true,
    })
  }

  /** Until enough has ended for this priority to be let in, at the rate at which work ends now; 1 s to 5 minutes. */
  #waitFor(gauge: Gauge, priority: number, measure: 'tasks' | 'bytes'): number {
    const excess = Math.max(1, gauge.used - shareFor(priority) * gauge.capacity)
    const meanBytes = this.#bytes / Math.max(1, this.#count)
    const perSecond = this.drainPerSecond * (measure === 'bytes' ? meanBytes : 1)
    if (perSecond <= 0) return unknownWaitMs
    return Math.round(Math.min(longestWaitMs, Math.max(shortestWaitMs, (excess / perSecond) * 1_000)))
  }

  #schedule(): void {
    if (this.#isStopped) return
    this.#cancelTimer = this.#options.clock.setTimer(refreshMs, () => {
      this.#refresh()
        .catch(() => {})
        .finally(() => this.#schedule())
    })
  }

  async #refresh(): Promise<void> {
    const { clock, store } = this.#options
    const totals = clock.now() >= this.#recountAt ? await this.#recount() : await store.liveTotals()
    this.#drain.note(clock.now(), totals.ended)
    this.#count = Math.max(0, totals.count + this.#drift.count)
    this.#bytes = Math.max(0, totals.bytes + this.#drift.bytes)
    if (clock.now() >= this.#typesAt) await this.#countTypes()
  }

  /** Compares the totals with the tables themselves, and goes by the tables from then on. */
  async #recount(): Promise<LiveTotals> {
    const { clock, store, logger } = this.#options
    const begun = clock.now()
    this.#recountAt = begun + recountEveryMs
    const { counted, totals } = await store.recountLive()
    this.#recountAt = begun + Math.max(recountEveryMs, (clock.now() - begun) / countingShare)
    this.#drift = { count: counted.count - totals.count, bytes: counted.bytes - totals.bytes }
    if (this.#drift.count !== 0) logger.warn({ drift: this.#drift }, 'the totals of the queue do not match its tables')
    return totals
  }

  async #countTypes(): Promise<void> {
    const { clock, store, caps } = this.#options
    const begun = clock.now()
    for (const tenantId of caps.tenantsWithCaps()) {
      const counts = await store.liveByType(tenantId, Object.keys(caps.typeCapsOf(tenantId)))
      for (const [type, count] of Object.entries(counts)) this.#byType.set(`${tenantId} ${type}`, count)
    }
    this.#typesAt = begun + Math.max(typeCountEveryMs, (clock.now() - begun) / countingShare)
  }
}

function fillOf({ used, capacity }: Gauge): number {
  return used / capacity
}

function isLetIn(gauge: Gauge, priority: number): boolean {
  return gauge.used < gauge.capacity && priority <= lowestAdmitted(fillOf(gauge))
}

function lowestAdmitted(fill: number): number {
  if (fill < shedFrom) return 10
  return Math.max(2, 9 - Math.floor((fill - shedFrom) * 100 + 1e-9))
}

/** Below this share of the capacity a priority is let in. */
function shareFor(priority: number): number {
  return priority <= 2 ? 1 : shedFrom + (10 - priority) / 100
}
