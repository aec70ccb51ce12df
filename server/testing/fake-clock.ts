import type { Clock } from '../core/shared/clock.ts'

interface FakeTimer {
  at: number
  callback: () => void
}

/** A clock that stands still until a test moves it. Timers run in order of their time, then of their setting. */
export class FakeClock implements Clock {
  #now: number
  #timers: FakeTimer[] = []

  /** Starts at `startMs` since the epoch, by default 2026-01-01T00:00:00Z. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer: FakeTimer = { at: this.#now + Math.max(0, delayMs), callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** How many timers are set and have neither run nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.length
  }

  /**
   * Moves time on by `ms`, stopping at each timer on the way, those set meanwhile included. Before, between and after
   * them it lets promises settle, so what a timer resolved has been acted on when the next one runs.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settlePromises()
    for (let timer = this.#nextUntil(end); timer; timer = this.#nextUntil(end)) {
      this.#now = Math.max(this.#now, timer.at)
      this.#remove(timer)
      timer.callback()
      await settlePromises()
    }
    this.#now = end
  }

  #nextUntil(end: number): FakeTimer | undefined {
    const next = this.#timers.reduce<FakeTimer | undefined>(
      (first, timer) => (first && first.at <= timer.at ? first : timer),
      undefined,
    )
    return next && next.at <= end ? next : undefined
  }

  #remove(timer: FakeTimer): void {
    this.#timers = this.#timers.filter(other => other !== timer)
  }
}

/** Resolves after every promise that needs no I/O has settled, along chains of any length. */
export function settlePromises(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
