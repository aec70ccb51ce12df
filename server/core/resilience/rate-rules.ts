import type { BreakerConfig, BreakerRateRule } from '../../contracts/modules.ts'
import { RateWindow } from './rate-window.ts'

interface WatchedRate {
  rule: BreakerRateRule
  window: RateWindow
}

/**
 * The opening rules that look at shares of calls: too many failed, or too many were slow. They see the calls of one closed
 * period; `clear` begins the next.
 */
export class RateRules {
  #failures: WatchedRate | null = null
  #slow: WatchedRate | null = null
  #slowMs: number | null = null

  constructor(config: BreakerConfig) {
    this.configure(config)
  }

  /** Takes on new rules. What was counted stays while the span of its window does. */
  configure({ failureRate, slowCalls }: BreakerConfig): void {
    this.#failures = watch(failureRate, this.#failures)
    this.#slow = watch(slowCalls, this.#slow)
    this.#slowMs = slowCalls?.slowMs ?? null
  }

  /** Whether a call of this duration counts as slow. */
  isSlow(durationMs: number): boolean {
    return this.#slowMs !== null && durationMs >= this.#slowMs
  }

  /** Counts a call; answers why the breaker has to open now, in words, or null. */
  record(isFailure: boolean, durationMs: number, now: number): string | null {
    if (this.#failures === null && this.#slow === null) return null
    this.#failures?.window.record(now, isFailure)
    this.#slow?.window.record(now, this.isSlow(durationMs))
    return describeExcess(this.#failures, 'failed') ?? describeExcess(this.#slow, `took ${this.#slowMs} ms or more`)
  }

  clear(): void {
    this.#failures?.window.clear()
    this.#slow?.window.clear()
  }
}

function watch(rule: BreakerRateRule | null, before: WatchedRate | null): WatchedRate | null {
  if (rule === null) return null
  const isSameSpan = before?.rule.windowSeconds === rule.windowSeconds
  return { rule, window: before && isSameSpan ? before.window : new RateWindow(rule.windowSeconds * 1_000) }
}

function describeExcess(rate: WatchedRate | null, what: string): string | null {
  if (rate === null) return null
  const { percent, minimumCalls, windowSeconds } = rate.rule
  const { calls, hits } = rate.window
  if (calls < minimumCalls || hits * 100 < percent * calls) return null
  return `${hits} of ${calls} calls ${what} within ${windowSeconds} s (limit ${percent} %)`
}
