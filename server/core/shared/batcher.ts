import { BatchPace } from './batch-pace.ts'
import type { Clock } from './clock.ts'

export interface BatcherOptions<Item, Result> {
  clock: Clock
  /** The first item of a batch waits this long for others, unless the batch is full before. */
  maxDelayMs: number
  /** After a batch of so many items, the next that is not full starts at least so much later, in ms after its start. */
  gapMs: (items: number) => number
  maxSize: number
  /**
   * Batches being written at once, at most. Beside others only a full one starts: what cannot fill a batch waits and makes the next
   * one fuller, so load costs fewer writes and not more.
   */
  maxConcurrent: number
  /** Writes a batch and answers one result per item, in order. When it throws, every item of the batch is refused with that error. */
  write: (items: Item[]) => Promise<Result[]>
}

interface Entry<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Gathers single requests into batches, so that many callers share one transaction. Each caller gets its own answer, after
 * the write. Order within a batch is the order of the calls.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>
  readonly #pace: BatchPace
  #pending: Entry<Item, Result>[] = []
  #writing = 0
  #cancelTimer: (() => void) | null = null
  #idle: (() => void)[] = []

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options
    this.#pace = new BatchPace(options.clock, options.gapMs)
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ item, resolve, reject })
      this.#schedule(this.#options.maxDelayMs)
    })
  }

  /** Resolves when everything added so far has been answered. */
  async drain(): Promise<void> {
    while (this.#pending.length > 0 || this.#writing > 0) {
      this.#flush()
      await new Promise<void>(resolve => this.#idle.push(resolve))
    }
  }

  #schedule(delayMs: number): void {
    if (this.#isFull) return this.#flush()
    const { clock } = this.#options
    this.#cancelTimer ??= clock.setTimer(Math.max(delayMs, this.#pace.leftMs), () => {
      this.#cancelTimer = null
      this.#flush()
    })
  }

  get #isFull(): boolean {
    return this.#pending.length >= this.#options.maxSize
  }

  get #mayWrite(): boolean {
    return this.#writing === 0 || (this.#isFull && this.#writing < this.#options.maxConcurrent)
  }

  #flush(): void {
    while (this.#pending.length > 0 && this.#mayWrite) {
      this.#cancelTimer?.()
      this.#cancelTimer = null
      const batch = this.#takeBatch()
      this.#pace.started(this.#options.clock.now(), batch.length)
      this.#writing++
      void this.#write(batch)
    }
  }

  #takeBatch(): Entry<Item, Result>[] {
    const { maxSize } = this.#options
    if (this.#pending.length > maxSize) return this.#pending.splice(0, maxSize)
    const all = this.#pending
    this.#pending = []
    return all
  }

  async #write(batch: Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.write(batch.map(entry => entry.item))
      for (let index = 0; index < batch.length; index++) batch[index]?.resolve(results[index] as Result)
    } catch (error) {
      for (const entry of batch) entry.reject(error)
    } finally {
      this.#writing--
      if (this.#pending.length > 0) this.#schedule(0)
      if (this.#idle.length > 0) for (const wake of this.#idle.splice(0)) wake()
    }
  }
}
