import type { EventView } from '../../contracts/events.ts'
import type { EventBusStats } from '../../contracts/stats.ts'
import type { Page } from '../../contracts/common.ts'
import type { EventFilter, EventOperations, NewEvent } from '../operations.ts'
import { type Clock, delay } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { matchesFilter, matchesPattern } from './event-filter.ts'
import type { EventPublisher, EventSubscriber } from './event-log.ts'
import type { EventCount, EventStore, StampedEvent } from './event-store.ts'
import { EventWindow } from './event-window.ts'
import { RateMeter } from './rate-meter.ts'

type DeliveredEvent = EventView & { tenantId: string }

interface Subscription {
  pattern: string
  listener: (event: DeliveredEvent) => void
}

const windowCapacity = 1_000
const recentInStats = 100
const flushDelayMs = 5
/** Numbering happens at most this often: each time it takes everything that was committed meanwhile. */
const sequenceGapMs = 10
const totalsDelayMs = 2_000
const retryDelayMs = 500
/** Events that wait for a database that does not answer; beyond it new ones are dropped and counted. */
const maxPending = 100_000
/** Readers of the log rely on no batch being larger than 10,000 events. */
const maxBatchEvents = 1_000
const replayLimit = 10_000
const pageSize = 500

/**
 * The event bus of one replica. Published events are gathered for a moment, most urgent first, committed, numbered after the
 * commit and only then delivered: to subscribers in this process, and to followers that may resume after any number.
 */
export class EventBus implements EventPublisher, EventSubscriber, EventOperations {
  readonly #store: EventStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #subscriptions = new Set<Subscription>()
  readonly #windows = new Map<string, EventWindow>()
  readonly #totals = new Map<string, Map<string, number>>()
  readonly #rates = new Map<string, RateMeter>()
  readonly #followers = new Set<() => void>()
  #pending: { tenantId: string; event: StampedEvent }[] = []
  #cancelFlush: (() => void) | null = null
  #flushing: Promise<void> | null = null
  #sequencing: Promise<void> | null = null
  #sequenceAgain = false
  #lastSequencedAt = 0
  readonly #uncounted = new Map<string, EventCount>()
  #lastDeliveredSeq = 0
  #cancelTotals: (() => void) | null = null
  #areTotalsUncertain = false
  #startedAtSeq = 0
  #running = false
  #lag = 0
  dropped = 0
  listenerErrors = 0

  constructor(options: { store: EventStore; clock: Clock; logger: Logger }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
  }

  async start(tenantIds: readonly string[]): Promise<void> {
    this.#startedAtSeq = await this.#store.lastSeq()
    for (const tenantId of tenantIds) {
      this.#totals.set(tenantId, new Map(Object.entries(await this.#store.totals(tenantId))))
      const { events } = await this.#store.readBefore(tenantId, null, {}, windowCapacity)
      const window = this.#windowOf(tenantId, events.length < windowCapacity ? 0 : (events.at(-1)?.seq ?? 0))
      for (const event of events.reverse()) window.push(event)
    }
    this.#running = true
    this.wake()
  }

  /** Persists what is pending, numbers it, and stops delivering. */
  async stop(): Promise<void> {
    await this.#flush()
    this.wake()
    while (this.#sequencing) await this.#sequencing
    await this.#saveTotals()
    this.#running = false
    for (const wakeFollower of this.#followers) wakeFollower()
  }

  publish(event: NewEvent): void {
    const priority = event.priority ?? 5
    if (this.#pending.length >= maxPending) {
      this.dropped++
      return
    }
    this.#pending.push({
      tenantId: event.tenantId,
      event: {
        schemaVersion: 1,
        type: event.type,
        at: new Date(this.#clock.now()).toISOString(),
        priority,
        taskId: event.taskId ?? null,
        moduleId: event.moduleId ?? null,
        instanceId: event.instanceId ?? null,
        data: event.data ?? {},
      },
    })
    this.#cancelFlush ??= this.#clock.setTimer(flushDelayMs, () => void this.#flush())
  }

  wake(): void {
    if (!this.#running) return
    this.#sequenceAgain = true
    this.#sequencing ??= this.#sequenceAll().finally(() => {
      this.#sequencing = null
    })
  }

  subscribe(pattern: string, listener: (event: DeliveredEvent) => void): () => void {
    const subscription = { pattern, listener }
    this.#subscriptions.add(subscription)
    return () => this.#subscriptions.delete(subscription)
  }

  /** Events published but not yet committed; a growing number means that the database does not keep up. */
  get pending(): number {
    return this.#pending.length
  }

  /** Milliseconds from publication to delivery of the last event. */
  get lagMs(): number {
    return this.#lag
  }

  recent(tenantId: string, filter: EventFilter, limit: number): EventView[] {
    return this.#windowOf(tenantId).newest(limit, event => matchesFilter(filter, event))
  }

  async list(
    tenantId: string,
    filter: EventFilter,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<Page<EventView>> {
    const before = page.cursor === undefined ? null : Number(page.cursor)
    const { events, scannedTo } = await this.#store.readBefore(tenantId, before, filter, page.limit)
    return { items: events, nextCursor: scannedTo === null ? null : String(scannedTo) }
  }

  async replay(
    tenantId: string,
    range: { fromSeq: number; toSeq: number },
    types?: readonly string[],
  ): Promise<EventView[]> {
    const found: EventView[] = []
    let after = range.fromSeq - 1
    for (;;) {
      const page = await this.#store.readAfter(tenantId, after, { types }, pageSize)
      for (const event of page.events) {
        if (event.seq > range.toSeq || found.length >= replayLimit) return found
        found.push(event)
      }
      if (!page.more || page.scannedTo >= range.toSeq) return found
      after = page.scannedTo
    }
  }

  async *follow(
    tenantId: string,
    filter: EventFilter,
    afterSeq: number | null,
    signal: AbortSignal,
  ): AsyncIterable<EventView> {
    let cursor = afterSeq ?? this.#lastDelivered(tenantId)
    while (!signal.aborted && this.#running) {
      const inMemory = this.#windowOf(tenantId).after(cursor)
      if (inMemory) {
        for (const event of inMemory) {
          cursor = event.seq
          if (matchesFilter(filter, event)) yield event
          if (signal.aborted) return
        }
        if (inMemory.length === 0) await this.#nextDelivery(signal)
        continue
      }
      const page = await this.#store.readAfter(tenantId, cursor, filter, pageSize)
      for (const event of page.events) {
        yield event
        if (signal.aborted) return
      }
      cursor = page.scannedTo
    }
  }

  stats(tenantId: string): EventBusStats {
    const byType = Object.fromEntries(this.#totals.get(tenantId) ?? [])
    return {
      total: Object.values(byType).reduce((sum, count) => sum + count, 0),
      byType,
      eventsPerSecond: this.#rates.get(tenantId)?.perSecond(this.#clock.now()) ?? 0,
      subscribers: this.#subscriptions.size + this.#followers.size,
      recent: this.recent(tenantId, {}, recentInStats),
    }
  }

  async #flush(): Promise<void> {
    this.#cancelFlush?.()
    this.#cancelFlush = null
    if (this.#flushing) await this.#flushing
    if (this.#pending.length === 0) return
    this.#flushing = this.#write().finally(() => {
      this.#flushing = null
    })
    await this.#flushing
  }

  async #write(): Promise<void> {
    const taken = this.#pending
    this.#pending = []
    const urgentFirst = taken.toSorted((a, b) => a.event.priority - b.event.priority)
    const batches: { tenantId: string; events: StampedEvent[] }[] = []
    for (const [tenantId, entries] of Map.groupBy(urgentFirst, entry => entry.tenantId)) {
      for (let start = 0; start < entries.length; start += maxBatchEvents) {
        batches.push({ tenantId, events: entries.slice(start, start + maxBatchEvents).map(entry => entry.event) })
      }
    }
    try {
      await this.#store.append(batches)
      this.wake()
    } catch (error) {
      this.#logger.warn({ error, events: taken.length }, 'events could not be persisted yet; trying again')
      this.#pending = [...taken, ...this.#pending].slice(0, maxPending)
      this.#cancelFlush ??= this.#clock.setTimer(retryDelayMs, () => void this.#flush())
    }
  }

  async #sequenceAll(): Promise<void> {
    while (this.#sequenceAgain) {
      const gapMs = this.#lastSequencedAt + sequenceGapMs - this.#clock.now()
      if (gapMs > 0) await delay(this.#clock, gapMs)
      this.#sequenceAgain = false
      this.#lastSequencedAt = this.#clock.now()
      try {
        const batches = await this.#store.sequence(pageSize)
        for (const batch of batches) this.#deliver(batch.tenantId, batch.events)
        if (batches.length >= pageSize) this.#sequenceAgain = true
        if (batches.length > 0) {
          for (const wakeFollower of [...this.#followers]) wakeFollower()
        }
      } catch (error) {
        this.#logger.warn({ error }, 'events could not be numbered yet; trying again')
        this.#clock.setTimer(retryDelayMs, () => this.wake())
      }
    }
  }

  #deliver(tenantId: string, events: readonly EventView[]): void {
    const window = this.#windowOf(tenantId)
    const totals = this.#totalsOf(tenantId)
    for (const event of events) {
      window.push(event)
      totals.set(event.type, (totals.get(event.type) ?? 0) + 1)
      this.#count(tenantId, event)
      for (const subscription of this.#subscriptions) {
        if (matchesPattern(subscription.pattern, event.type)) this.#notify(subscription, { ...event, tenantId })
      }
    }
    const last = events.at(-1)
    if (last) this.#lag = Math.max(0, this.#clock.now() - Date.parse(last.at))
    this.#rateOf(tenantId).add(this.#clock.now(), events.length)
  }

  #count(tenantId: string, event: EventView): void {
    const key = `${tenantId} ${event.type}`
    const entry = this.#uncounted.get(key)
    if (entry) entry.count++
    else this.#uncounted.set(key, { tenantId, type: event.type, count: 1 })
    this.#lastDeliveredSeq = event.seq
    this.#cancelTotals ??= this.#clock.setTimer(totalsDelayMs, () => void this.#saveTotals())
  }

  /**
   * After a failure nothing more is saved: whether it was written is not known, and the next start counts the rest from the
   * log, exactly.
   */
  async #saveTotals(): Promise<void> {
    this.#cancelTotals?.()
    this.#cancelTotals = null
    const additions = [...this.#uncounted.values()]
    this.#uncounted.clear()
    if (additions.length === 0) return
    if (this.#areTotalsUncertain) return
    await this.#store.addTotals(additions, this.#lastDeliveredSeq).catch(error => {
      this.#areTotalsUncertain = true
      this.#logger.warn({ error }, 'event totals could not be saved; they are counted from the log at the next start')
    })
  }

  #notify(subscription: Subscription, event: DeliveredEvent): void {
    try {
      subscription.listener(event)
    } catch (error) {
      this.listenerErrors++
      this.#logger.error({ error, pattern: subscription.pattern, type: event.type }, 'an event listener failed')
    }
  }

  #nextDelivery(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const finish = () => {
        this.#followers.delete(finish)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      this.#followers.add(finish)
      signal.addEventListener('abort', finish, { once: true })
    })
  }

  #lastDelivered(tenantId: string): number {
    return this.#windowOf(tenantId).newest(1, () => true)[0]?.seq ?? this.#startedAtSeq
  }

  #windowOf(tenantId: string, coversAfter = this.#startedAtSeq): EventWindow {
    let window = this.#windows.get(tenantId)
    if (!window) {
      window = new EventWindow(windowCapacity, coversAfter)
      this.#windows.set(tenantId, window)
    }
    return window
  }

  #totalsOf(tenantId: string): Map<string, number> {
    let totals = this.#totals.get(tenantId)
    if (!totals) {
      totals = new Map()
      this.#totals.set(tenantId, totals)
    }
    return totals
  }

  #rateOf(tenantId: string): RateMeter {
    let rate = this.#rates.get(tenantId)
    if (!rate) {
      rate = new RateMeter()
      this.#rates.set(tenantId, rate)
    }
    return rate
  }
}
