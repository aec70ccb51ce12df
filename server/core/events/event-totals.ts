import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { EventCount, EventStore, SequencedBatch } from './event-store.ts'

interface Chunk {
  additions: EventCount[]
  fromSeq: number
  toSeq: number
}

export interface EventTotalsOptions {
  store: EventStore
  clock: Clock
  logger: Logger
  /** Whether saving is this replica's duty now. All of them count, and one saves. */
  isKeeper: () => boolean
}

const saveDelayMs = 2_000
const batchesPerRead = 500

/**
 * Counts events by type, exactly: what a crash left uncounted stands in the log, and a save whose answer was lost is
 * repeated without counting twice. Whoever begins to save goes on where the one before ended, by the log.
 */
export class EventTotals {
  readonly #store: EventStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #isKeeper: () => boolean
  readonly #byTenant = new Map<string, Map<string, number>>()
  /** Counted here behind `#chunkedTo` and not yet handed to the store. */
  #unsaved = new Map<string, EventCount>()
  /** Handed to the store, the answer not yet had. */
  #chunk: Chunk | null = null
  #chunkedTo = 0
  #countedTo = 0
  /** Whether somebody else may have saved since: then what is unsaved has to be found anew. */
  #isAdrift = false
  #cancelTimer: (() => void) | null = null
  #saving: Promise<void> | null = null

  constructor(options: EventTotalsOptions) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.#isKeeper = options.isKeeper
  }

  /** Takes up what was saved, and counts what stands in the log behind it up to `lastSeq`, which was read after it. */
  async load(saved: { seq: number; totals: readonly EventCount[] }, lastSeq: number): Promise<void> {
    for (const { tenantId, type, count } of saved.totals) this.#totalsOf(tenantId).set(type, count)
    this.#chunkedTo = saved.seq
    this.#countedTo = saved.seq
    for await (const batches of this.#readLog(saved.seq, lastSeq)) this.count(batches)
  }

  count(batches: readonly SequencedBatch[]): void {
    for (const batch of batches) {
      const totals = this.#totalsOf(batch.tenantId)
      for (const { type } of batch.events) totals.set(type, (totals.get(type) ?? 0) + 1)
      this.#countUnsaved(batch)
      this.#countedTo = batch.events.at(-1)?.seq ?? this.#countedTo
    }
    this.#saveWithin(saveDelayMs)
  }

  byType(tenantId: string): Record<string, number> {
    return Object.fromEntries(this.#byTenant.get(tenantId) ?? [])
  }

  /** Hands what was counted to the store. What it does not take now is tried again, or counted from the log by the next start. */
  save(): Promise<void> {
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = null
    })
    return this.#saving
  }

  stop(): void {
    this.#cancelTimer?.()
  }

  async #saveAll(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    try {
      if (this.#isKeeper()) await this.#saveChunks()
      else this.#leaveToOthers()
    } catch (error) {
      this.#logger.warn({ error }, 'event totals could not be saved yet; trying again')
      this.#saveWithin(saveDelayMs)
    }
  }

  #leaveToOthers(): void {
    this.#unsaved.clear()
    this.#chunk = null
    this.#isAdrift = true
  }

  async #saveChunks(): Promise<void> {
    if (this.#isAdrift) await this.#findUnsaved()
    while (this.#chunk !== null || this.#unsaved.size > 0) {
      const { additions, fromSeq, toSeq } = (this.#chunk ??= this.#takeChunk())
      const countedSeq = await this.#store.addTotals(additions, fromSeq, toSeq)
      this.#chunk = null
      if (countedSeq === toSeq) continue
      this.#leaveToOthers()
      return this.#saveWithin(saveDelayMs)
    }
  }

  /** Counts again, from the log, what nobody has saved of what was counted here. */
  async #findUnsaved(): Promise<void> {
    const { countedSeq } = await this.#store.position()
    const upTo = this.#countedTo
    // From here on `count` adds what is delivered meanwhile.
    this.#unsaved.clear()
    this.#chunkedTo = countedSeq
    for await (const batches of this.#readLog(countedSeq, upTo)) for (const batch of batches) this.#countUnsaved(batch)
    this.#isAdrift = false
  }

  /** The batches of the log after `fromSeq`, up to the one that ends at `toSeq`. */
  async *#readLog(fromSeq: number, toSeq: number): AsyncGenerator<SequencedBatch[]> {
    let readTo = fromSeq
    while (readTo < toSeq) {
      const batches = await this.#store.readSequenced(readTo, batchesPerRead)
      const wanted = batches.filter(batch => (batch.events[0]?.seq ?? 0) <= toSeq)
      if (wanted.length === 0) return
      yield wanted
      readTo = wanted.at(-1)?.events.at(-1)?.seq ?? toSeq
    }
  }

  #countUnsaved({ tenantId, events }: SequencedBatch): void {
    if ((events[0]?.seq ?? 0) <= this.#chunkedTo) return
    for (const { type } of events) {
      const key = `${tenantId} ${type}`
      const entry = this.#unsaved.get(key)
      if (entry) entry.count++
      else this.#unsaved.set(key, { tenantId, type, count: 1 })
    }
  }

  #takeChunk(): Chunk {
    const chunk = { additions: [...this.#unsaved.values()], fromSeq: this.#chunkedTo, toSeq: this.#countedTo }
    this.#unsaved = new Map()
    this.#chunkedTo = this.#countedTo
    return chunk
  }

  #totalsOf(tenantId: string): Map<string, number> {
    let totals = this.#byTenant.get(tenantId)
    if (!totals) {
      totals = new Map()
      this.#byTenant.set(tenantId, totals)
    }
    return totals
  }

  #saveWithin(delayMs: number): void {
    this.#cancelTimer ??= this.#clock.setTimer(delayMs, () => void this.save())
  }
}
