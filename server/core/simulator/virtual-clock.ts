import { BinaryHeap } from '../shared/binary-heap.ts'
import type { Clock } from '../shared/clock.ts'

interface VirtualTimer {
  at: number
  /** Timers of one moment run in the order in which they were set. */
  number: number
  callback: (() => void) | null
}

/** Cancelled timers are swept out when there are so many, and more than others: most time-outs end so, long before their time. */
const sweptFrom = 64

/** A clock that jumps from timer to timer; it moves only when `runNext` is called. */
export class VirtualClock implements Clock {
  readonly #timers = new BinaryHeap<VirtualTimer>((a, b) => a.at - b.at || a.number - b.number)
  #now: number
  #count = 0
  #cancelled = 0

  /** Starts at `startMs` since the epoch. */
  constructor(startMs: number) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer: VirtualTimer = { at: this.#now + Math.max(0, delayMs), number: this.#count++, callback }
    this.#timers.push(timer)
    return () => {
      if (timer.callback === null) return
      timer.callback = null
      this.#cancelled++
      if (this.#cancelled >= sweptFrom && this.#cancelled * 2 > this.#timers.size) this.#sweep()
    }
  }

  /** Moves on to the next timer and runs it. False, with nothing done, when there is none at `until` or before. */
  runNext(until: number): boolean {
    for (let timer = this.#timers.first; timer && timer.at <= until; timer = this.#timers.first) {
      this.#timers.pop()
      const { callback } = timer
      if (callback === null) {
        this.#cancelled--
        continue
      }
      // From here on cancelling it changes nothing.
      timer.callback = null
      this.#now = timer.at
      callback()
      return true
    }
    return false
  }

  #sweep(): void {
    this.#timers.retain(({ callback }) => callback !== null)
    this.#cancelled = 0
  }
}
