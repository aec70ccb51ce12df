/** Time and timers as the core sees them: wall-clock milliseconds, and timers that can be cancelled. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Runs `callback` once after `delayMs`. The returned function cancels it; cancelling twice is harmless. */
  setTimer(delayMs: number, callback: () => void): () => void
}

/** Resolves after `delayMs` of the given clock, or as soon as `signal` aborts. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted) return resolve()
    const finish = () => {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.setTimer(delayMs, finish)
    signal?.addEventListener('abort', finish, { once: true })
  })
}
