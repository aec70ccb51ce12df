import type { Page } from '../../contracts/common.ts'
import type { EventView } from '../../contracts/events.ts'
import type { EventBusStats } from '../../contracts/stats.ts'
import type { EventFilter, EventListFilter, EventOperations, NewEvent } from '../operations.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { matchesFilter, matchesPattern } from './event-filter.ts'
import type { EventPublisher, EventSubscriber, PublishedEvent } from './event-log.ts'
import { EventSequencer } from './event-sequencer.ts'
import type { EventStore, SequencedBatch } from './event-store.ts'
import { EventTotals } from './event-totals.ts'
import { EventWindow } from './event-window.ts'
import { EventWriter } from './event-writer.ts'
import { followLog } from './follow-log.ts'
import { RateMeter } from './rate-meter.ts'

/** What the bus has to know of other replicas on the same log. */
export interface EventFleet {
  /** Whether there may be others now. */
  isShared(): boolean
  /** Whether saving the totals is this replica's duty. */
  keepsTotals(): boolean
  /** Events were numbered here: others have to read them. */
  onNumbered(): void
}

export interface EventBusOptions {
  store: EventStore
  clock: Clock
  logger: Logger
  /** Alone on its log when left out. */
  fleet?: EventFleet
}

const alone: EventFleet = { isShared: () => false, keepsTotals: () => true, onNumbered() {} }

type DeliveredEvent = EventView & { tenantId: string }

interface Subscription {
  pattern: string
  listener: (event: DeliveredEvent) => void
}

/** What is held in memory of one tenant's events. */
interface TenantLog {
  window: EventWindow
  rate: RateMeter
}

/** What publishing to a silent log gives. */
const unheard: PublishedEvent = { withdraw: () => null }
const windowCapacity = 1_000
const recentInStats = 100
const replayLimit = 10_000
const pageSize = 500
const lagKeptMs = 10_000

/**
 * The event bus of one replica. Published events are gathered for a moment, most urgent first, committed, numbered after the
 * commit and only then delivered: to subscribers in this process, and to followers that may resume after any number. Events of
 * other replicas are delivered in the same sequence, whoever numbered them.
 */
export class EventBus implements EventPublisher, EventSubscriber, EventOperations {
  readonly #store: EventStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #writer: EventWriter
  readonly #sequencer: EventSequencer
  readonly #totals: EventTotals
  readonly #logs = new Map<string, TenantLog>()
  readonly #subscriptions = new Set<Subscription>()
  /** Followers that have caught up and wait for the next delivery. */
  readonly #waiting = new Set<() => void>()
  #followers = 0
  #startedAtSeq = 0
  #isRunning = false
  #last = { at: 0, lagMs: 0 }
  listenerErrors = 0

  constructor(options: EventBusOptions) {
    const fleet = options.fleet ?? alone
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.#writer = new EventWriter({ ...options, onCommitted: () => this.wake() })
    this.#sequencer = new EventSequencer({
      ...options,
      onBatches: batches => this.#deliver(batches),
      onNumbered: () => fleet.onNumbered(),
      isShared: () => fleet.isShared(),
    })
    this.#totals = new EventTotals({ ...options, isKeeper: () => fleet.keepsTotals() })
  }

  async start(tenantIds: readonly string[]): Promise<void> {
    const saved = await this.#store.savedTotals()
    const { lastSeq } = await this.#store.position()
    this.#startedAtSeq = lastSeq
    await this.#totals.load(saved, lastSeq)
    for (const tenantId of tenantIds) {
      const { events } = await this.#store.readBefore(tenantId, lastSeq + 1, {}, windowCapacity)
      const isWhole = events.length < windowCapacity
      const window = new EventWindow(windowCapacity, isWhole ? 0 : (events.at(-1)?.seq ?? 0))
      for (const event of events.toReversed()) window.push(event)
      this.#logs.set(tenantId, { window, rate: new RateMeter() })
    }
    this.#isRunning = true
    this.#sequencer.start(lastSeq)
  }

  /** Persists what is pending, numbers it, and stops delivering. */
  async stop(): Promise<void> {
    await this.#writer.close()
    await this.#sequencer.stop()
    await this.#totals.save()
    this.#totals.stop()
    this.#isRunning = false
    this.#wakeFollowers()
  }

  publish(event: NewEvent): PublishedEvent {
    return this.#store.isSilent ? unheard : this.#writer.add(event)
  }

  wake(): void {
    if (!this.#store.isSilent) this.#sequencer.wake()
  }

  /** Another replica has numbered events: read and deliver them. */
  catchUp(): void {
    this.#sequencer.catchUp()
  }

  subscribe(pattern: string, listener: (event: DeliveredEvent) => void): () => void {
    const subscription = { pattern, listener }
    this.#subscriptions.add(subscription)
    return () => this.#subscriptions.delete(subscription)
  }

  /** Events published but not yet committed; a growing number means that the database does not keep up. */
  get pending(): number {
    return this.#writer.pending
  }

  /** Milliseconds from publication to delivery: of the last event of the last ten seconds, or so far of one that still waits. */
  get lagMs(): number {
    const isRecent = this.#clock.now() - this.#last.at < lagKeptMs
    return Math.max(isRecent ? this.#last.lagMs : 0, this.#writer.waitingMs)
  }

  /** Events that were given up because too many were waiting for the database. */
  get dropped(): number {
    return this.#writer.dropped
  }

  recent(tenantId: string, filter: EventFilter, limit: number): EventView[] {
    return this.#logOf(tenantId).window.newest(limit, event => matchesFilter(filter, event))
  }

  async list(
    tenantId: string,
    filter: EventListFilter,
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
    const log = {
      store: this.#store,
      window: this.#logOf(tenantId).window,
      deliveredSeq: () => this.#sequencer.deliveredSeq,
      nextDelivery: (until: AbortSignal) => this.#nextDelivery(until),
      isRunning: () => this.#isRunning,
    }
    this.#followers++
    try {
      yield* followLog(log, tenantId, filter, afterSeq ?? this.#sequencer.deliveredSeq, signal)
    } finally {
      this.#followers--
    }
  }

  stats(tenantId: string): EventBusStats {
    const byType = this.#totals.byType(tenantId)
    return {
      total: Object.values(byType).reduce((sum, count) => sum + count, 0),
      byType,
      eventsPerSecond: this.#logOf(tenantId).rate.perSecond(this.#clock.now()),
      subscribers: this.#subscriptions.size + this.#followers,
      recent: this.recent(tenantId, {}, recentInStats),
    }
  }

  #deliver(batches: readonly SequencedBatch[]): void {
    const now = this.#clock.now()
    this.#totals.count(batches)
    for (const { tenantId, events } of batches) {
      const { window, rate } = this.#logOf(tenantId)
      rate.add(now, events.length)
      for (const event of events) {
        window.push(event)
        for (const subscription of this.#subscriptions) {
          if (matchesPattern(subscription.pattern, event.type)) this.#notify(subscription, { ...event, tenantId })
        }
      }
    }
    const last = batches.at(-1)?.events.at(-1)
    if (last) this.#last = { at: now, lagMs: Math.max(0, now - Date.parse(last.at)) }
    this.#wakeFollowers()
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
        this.#waiting.delete(finish)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      this.#waiting.add(finish)
      signal.addEventListener('abort', finish, { once: true })
    })
  }

  #wakeFollowers(): void {
    for (const finish of this.#waiting) finish()
  }

  #logOf(tenantId: string): TenantLog {
    let log = this.#logs.get(tenantId)
    if (!log) {
      log = { window: new EventWindow(windowCapacity, this.#startedAtSeq), rate: new RateMeter() }
      this.#logs.set(tenantId, log)
    }
    return log
  }
}
