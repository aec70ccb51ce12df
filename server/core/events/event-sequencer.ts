import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { EventStore, SequencedBatch } from './event-store.ts'

export interface EventSequencerOptions {
  store: Pick<EventStore, 'sequence' | 'readSequenced'>
  clock: Clock
  logger: Logger
  /** Told every numbered batch once, in sequence, without a gap. Must not throw. */
  onBatches: (batches: readonly SequencedBatch[]) => void
  /** Told when batches were numbered here. Must not throw. */
  onNumbered: () => void
  /** Whether others may be numbering, too. */
  isShared: () => boolean
}

/** Numbering happens at most this often: each time it takes everything that was committed meanwhile. */
const gapMs = 25
const retryMs = 500
const batchesPerRound = 500

/** Has committed events numbered and hands them on in sequence, also those that somebody else numbered. */
export class EventSequencer {
  readonly #options: EventSequencerOptions
  #deliveredSeq = 0
  #state: 'stopped' | 'idle' | 'waiting' | 'working' = 'stopped'
  #isAsked = false
  #lastRoundAt = 0
  /** Whether something may have been numbered without our having it: by others, or in a round whose answer was lost. */
  #isBehind = false
  #cancelWait: (() => void) | null = null
  #cancelRetry: (() => void) | null = null
  #working: Promise<void> = Promise.resolve()

  constructor(options: EventSequencerOptions) {
    this.#options = options
  }

  /** The number of the last event that was handed on. */
  get deliveredSeq(): number {
    return this.#deliveredSeq
  }

  /** Goes on after this number. */
  start(deliveredSeq: number): void {
    this.#deliveredSeq = deliveredSeq
    this.#state = 'idle'
    this.wake()
  }

  /** Something was committed: number it soon. */
  wake(): void {
    this.#isAsked = true
    this.#begin()
  }

  /** Others have numbered something: read it soon. */
  catchUp(): void {
    this.#isBehind = true
    this.#begin()
  }

  /** Numbers what is committed, once more, and stops. */
  async stop(): Promise<void> {
    this.wake()
    while (this.#state === 'waiting' || this.#state === 'working') {
      if (this.#state === 'waiting') this.#startRound()
      await this.#working
    }
    this.#state = 'stopped'
    this.#cancelRetry?.()
  }

  #begin(): void {
    if (this.#state !== 'idle') return
    const { clock } = this.#options
    const waitMs = Math.min(gapMs, this.#lastRoundAt + gapMs - clock.now())
    if (waitMs <= 0) return this.#startRound()
    this.#state = 'waiting'
    this.#cancelWait = clock.setTimer(waitMs, () => this.#startRound())
  }

  #startRound(): void {
    this.#cancelWait?.()
    this.#cancelWait = null
    this.#state = 'working'
    this.#working = this.#round()
  }

  async #round(): Promise<void> {
    const { clock, logger } = this.#options
    try {
      const isAsked = this.#isAsked
      this.#isAsked = false
      this.#lastRoundAt = clock.now()
      if (isAsked && (await this.#number())) this.#isAsked = true
      if (this.#isBehind) await this.#readOn()
      this.#state = 'idle'
      if (this.#isAsked || this.#isBehind) this.#begin()
    } catch (error) {
      this.#state = 'idle'
      this.#isAsked = false
      this.#isBehind = true
      logger.warn({ error }, 'events could not be numbered yet; trying again')
      this.#cancelRetry?.()
      this.#cancelRetry = clock.setTimer(retryMs, () => this.wake())
    }
  }

  /** Answers whether more may be waiting. */
  async #number(): Promise<boolean> {
    const { store, onNumbered, isShared } = this.#options
    const batches = await store.sequence(batchesPerRound)
    if (batches.length > 0) onNumbered()
    // Nothing left of what was committed here: then somebody else has numbered it.
    else if (isShared()) this.#isBehind = true
    const firstSeq = batches[0]?.events[0]?.seq ?? this.#deliveredSeq + 1
    if (firstSeq !== this.#deliveredSeq + 1) this.#isBehind = true
    if (!this.#isBehind) this.#handOn(batches)
    return batches.length >= batchesPerRound
  }

  /** Hands on from the log what was numbered after the last event that was handed on, by whomever. */
  async #readOn(): Promise<void> {
    let batches: SequencedBatch[]
    do {
      this.#isBehind = false
      batches = await this.#options.store.readSequenced(this.#deliveredSeq, batchesPerRound)
      this.#handOn(batches)
    } while (batches.length >= batchesPerRound)
  }

  #handOn(batches: readonly SequencedBatch[]): void {
    if (batches.length === 0) return
    this.#deliveredSeq = batches.at(-1)?.events.at(-1)?.seq ?? this.#deliveredSeq
    this.#options.onBatches(batches)
  }
}
