import { BinaryHeap } from '../shared/binary-heap.ts'
import type { Clock } from '../shared/clock.ts'

interface VirtualTimer {
  at: number
  /** Timers of one moment run in the order in which they were set. */
  number: number
  callback: (() => void) | null
}

/** A clock that jumps from timer to timer; it moves only when `runNext` is called. */
export class VirtualClock implements Clock {
  readonly #timers = new BinaryHeap<VirtualTimer>((a, b) => a.at - b.at || a.number - b.number)
  #now: number
  #count = 0

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
      timer.callback = null
    }
  }

  /** Moves on to the next timer and runs it. False, with nothing done, when there is none at `until` or before. */
  runNext(until: number): boolean {
    for (let timer = this.#timers.first; timer && timer.at <= until; timer = this.#timers.first) {
      this.#timers.pop()
      if (timer.callback === null) continue
      this.#now = timer.at
      timer.callback()
      return true
    }
    return false
  }
}
