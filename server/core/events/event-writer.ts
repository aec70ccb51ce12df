import type { NewEvent } from '../operations.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { PublishedEvent } from './event-log.ts'
import type { EventStore, StampedEvent } from './event-store.ts'

export interface EventWriterOptions {
  store: Pick<EventStore, 'append'>
  clock: Clock
  logger: Logger
  /** Events were committed: have them numbered. */
  onCommitted: () => void
}

interface Entry {
  tenantId: string
  event: StampedEvent
}

const gatherMs = 15
const retryMs = 500
/** Events that wait for a database that does not answer; beyond it new ones are dropped and counted. */
const maxPending = 100_000
const maxBatchEvents = 1_000

/** Gathers published events for a moment and commits them, the most urgent first; keeps trying while the database is away. */
export class EventWriter {
  readonly #options: EventWriterOptions
  #pending: Set<Entry> = new Set()
  #inFlight: readonly Entry[] = []
  #writing: Promise<void> | null = null
  #cancelTimer: (() => void) | null = null
  #isClosed = false
  /** Events that were given up: too many were waiting, or it was closed. */
  dropped = 0

  constructor(options: EventWriterOptions) {
    this.#options = options
  }

  /** Events not yet committed. */
  get pending(): number {
    return this.#pending.size + this.#inFlight.length
  }

  /** For how long the oldest event that is not yet committed has been waiting, in ms. */
  get waitingMs(): number {
    const [oldest] = this.#inFlight.length > 0 ? this.#inFlight : this.#pending
    return oldest ? Math.max(0, this.#options.clock.now() - oldest.event.at) : 0
  }

  /** Never throws and never waits. */
  add(event: NewEvent): PublishedEvent {
    if (this.#isClosed || this.pending >= maxPending) {
      this.dropped++
      return { withdraw: () => null }
    }
    const entry = { tenantId: event.tenantId, event: stamp(event, this.#options.clock.now()) }
    this.#pending.add(entry)
    this.#writeWithin(gatherMs)
    return { withdraw: () => (this.#pending.delete(entry) ? entry.event : null) }
  }

  /** Takes nothing more and commits what is pending; what cannot be committed now is given up. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer?.()
    await this.#writing
    await this.#write()
    if (this.#pending.size === 0) return
    this.#options.logger.error({ events: this.#pending.size }, 'stopped with events that could not be persisted')
    this.dropped += this.#pending.size
    this.#pending = new Set()
  }

  #writeWithin(delayMs: number): void {
    if (this.#isClosed || this.#writing !== null || this.#cancelTimer !== null) return
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => {
      this.#cancelTimer = null
      if (this.#pending.size > 0) this.#writing = this.#write()
    })
  }

  async #write(): Promise<void> {
    const taken = [...this.#pending]
    if (taken.length === 0) return
    this.#pending = new Set()
    this.#inFlight = taken
    let nextInMs = gatherMs
    try {
      await this.#options.store.append(toBatches(taken))
      this.#options.onCommitted()
    } catch (error) {
      this.#options.logger.warn({ error, events: taken.length }, 'events could not be persisted yet; trying again')
      this.#pending = new Set([...taken, ...this.#pending])
      nextInMs = retryMs
    }
    this.#inFlight = []
    this.#writing = null
    if (this.#pending.size > 0) this.#writeWithin(nextInMs)
  }
}

/** One batch per tenant, the most urgent events first, those of one priority as they were published. */
function toBatches(entries: readonly Entry[]): { tenantId: string; events: StampedEvent[] }[] {
  const [only] = entries
  if (only && entries.length === 1) return [{ tenantId: only.tenantId, events: [only.event] }]
  const urgentFirst = entries.toSorted((a, b) => a.event.priority - b.event.priority)
  const batches: { tenantId: string; events: StampedEvent[] }[] = []
  for (const [tenantId, own] of Map.groupBy(urgentFirst, entry => entry.tenantId)) {
    for (let start = 0; start < own.length; start += maxBatchEvents) {
      batches.push({ tenantId, events: own.slice(start, start + maxBatchEvents).map(entry => entry.event) })
    }
  }
  return batches
}

function stamp(event: NewEvent, at: number): StampedEvent {
  return {
    schemaVersion: 1,
    type: event.type,
    at,
    priority: event.priority ?? 5,
    taskId: event.taskId ?? null,
    moduleId: event.moduleId ?? null,
    instanceId: event.instanceId ?? null,
    data: event.data ?? {},
  }
}
