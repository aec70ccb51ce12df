import type { EventType } from '../../contracts/events.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { EventCount, EventStore, SequencedBatch } from './event-store.ts'

interface Chunk {
  additions: EventCount[]
  fromSeq: number
  toSeq: number
}

const saveDelayMs = 2_000
const batchesPerRead = 500

/**
 * Counts events by type, exactly: what a crash left uncounted stands in the log, and a save whose answer was lost is
 * repeated without counting twice.
 */
export class EventTotals {
  readonly #store: EventStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #byTenant = new Map<string, Map<string, number>>()
  /** Counted here and not yet handed to the store. */
  #unsaved = new Map<string, EventCount>()
  /** Handed to the store, the answer not yet had. */
  #chunk: Chunk | null = null
  #chunkedTo = 0
  #countedTo = 0
  #cancelTimer: (() => void) | null = null
  #saving: Promise<void> | null = null
  #isCountedElsewhere = false

  constructor(options: { store: EventStore; clock: Clock; logger: Logger }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
  }

  /** Reads what was counted, and counts what stands in the log behind it up to `lastSeq`. */
  async load(tenantIds: readonly string[], countedSeq: number, lastSeq: number): Promise<void> {
    for (const tenantId of tenantIds) {
      this.#byTenant.set(tenantId, new Map(Object.entries(await this.#store.totals(tenantId))))
    }
    this.#chunkedTo = countedSeq
    this.#countedTo = countedSeq
    while (this.#countedTo < lastSeq) {
      const batches = await this.#store.readSequenced(this.#countedTo, batchesPerRead)
      const uncounted = batches.filter(batch => (batch.events[0]?.seq ?? 0) <= lastSeq)
      if (uncounted.length === 0) return
      this.count(uncounted)
    }
  }

  count(batches: readonly SequencedBatch[]): void {
    for (const { tenantId, events } of batches) {
      const totals = this.#byTenant.get(tenantId) ?? new Map<string, number>()
      this.#byTenant.set(tenantId, totals)
      for (const { type } of events) {
        totals.set(type, (totals.get(type) ?? 0) + 1)
        this.#countUnsaved(tenantId, type)
      }
      this.#countedTo = events.at(-1)?.seq ?? this.#countedTo
    }
    this.#saveWithin(saveDelayMs)
  }

  byType(tenantId: string): Record<string, number> {
    return Object.fromEntries(this.#byTenant.get(tenantId) ?? [])
  }

  /** Hands what was counted to the store. What it does not take now is tried again, or counted from the log by the next start. */
  save(): Promise<void> {
    this.#saving ??= this.#saveAll()
    return this.#saving
  }

  async #saveAll(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    await this.#saveChunks()
    this.#saving = null
  }

  async #saveChunks(): Promise<void> {
    while (!this.#isCountedElsewhere && (this.#chunk !== null || this.#unsaved.size > 0)) {
      const { additions, fromSeq, toSeq } = (this.#chunk ??= this.#takeChunk())
      let countedSeq: number
      try {
        countedSeq = await this.#store.addTotals(additions, fromSeq, toSeq)
      } catch (error) {
        this.#logger.warn({ error }, 'event totals could not be saved yet; trying again')
        return this.#saveWithin(saveDelayMs)
      }
      this.#chunk = null
      if (countedSeq === toSeq) continue
      this.#isCountedElsewhere = true
      this.#logger.warn(
        { countedSeq, toSeq },
        'event totals are counted by another process; this one leaves it to that',
      )
    }
  }

  stop(): void {
    this.#cancelTimer?.()
  }

  #countUnsaved(tenantId: string, type: EventType): void {
    const key = `${tenantId} ${type}`
    const entry = this.#unsaved.get(key)
    if (entry) entry.count++
    else this.#unsaved.set(key, { tenantId, type, count: 1 })
  }

  #takeChunk(): Chunk {
    const chunk = { additions: [...this.#unsaved.values()], fromSeq: this.#chunkedTo, toSeq: this.#countedTo }
    this.#unsaved = new Map()
    this.#chunkedTo = this.#countedTo
    return chunk
  }

  #saveWithin(delayMs: number): void {
    this.#cancelTimer ??= this.#clock.setTimer(delayMs, () => void this.save())
  }
}
