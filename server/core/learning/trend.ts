import type { TrendPoint, TrendVerdict } from '../../contracts/learning.ts'
import type { RecordedCall } from './learning-store.ts'

type Call = Pick<RecordedCall, 'ok' | 'durationMs' | 'dispatchedAt'>

const slices = 12
/** Calls in each half without which nothing is said. */
const leastCalls = 20
/** Two-sided 5 % of the normal distribution. */
const significance = 1.96

export interface CallTrend {
  trend: TrendPoint[]
  successTrend: TrendVerdict
  speedTrend: TrendVerdict
}

/**
 * How calls went over time: twelve slices of equal length between two moments, and the later half of the calls against the
 * earlier. Success by the two-proportion z-test, speed of successful calls by Welch's test on the logarithms of their durations
 * (durations are skewed, their logarithms hardly), both at 5 %.
 */
export function trendOf(calls: readonly Call[], from: number, to: number): CallTrend {
  if (calls.length === 0) return { trend: [], successTrend: 'unknown', speedTrend: 'unknown' }
  const ordered = calls.toSorted((a, b) => a.dispatchedAt - b.dispatchedAt)
  const middle = Math.floor(ordered.length / 2)
  const [earlier, later] = [ordered.slice(0, middle), ordered.slice(middle)]
  return {
    trend: sliced(ordered, from, to),
    successTrend: compareSuccess(earlier, later),
    speedTrend: compareSpeed(logarithms(earlier), logarithms(later)),
  }
}

function sliced(calls: readonly Call[], from: number, to: number): TrendPoint[] {
  const width = Math.max(1, (to - from) / slices)
  const sums = Array.from({ length: slices }, () => ({ calls: 0, failures: 0, sumMs: 0 }))
  for (const { ok, durationMs, dispatchedAt } of calls) {
    const place = Math.min(slices - 1, Math.max(0, Math.floor((dispatchedAt - from) / width)))
    const slice = sums[place]
    if (!slice) continue
    slice.calls += 1
    if (ok) slice.sumMs += durationMs
    else slice.failures += 1
  }
  return sums.map(({ calls: count, failures, sumMs }, place) => ({
    at: new Date(from + place * width).toISOString(),
    calls: count,
    failures,
    meanMs: count > failures ? sumMs / (count - failures) : null,
  }))
}

function compareSuccess(earlier: readonly Call[], later: readonly Call[]): TrendVerdict {
  if (Math.min(earlier.length, later.length) < leastCalls) return 'unknown'
  const [before, after] = [shareOk(earlier), shareOk(later)]
  const pooled = (before * earlier.length + after * later.length) / (earlier.length + later.length)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / earlier.length + 1 / later.length))
  return verdict(after - before, error)
}

function compareSpeed(earlier: readonly number[], later: readonly number[]): TrendVerdict {
  if (Math.min(earlier.length, later.length) < leastCalls) return 'unknown'
  const [before, after] = [moments(earlier), moments(later)]
  const error = Math.sqrt(before.variance / earlier.length + after.variance / later.length)
  return verdict(before.mean - after.mean, error)
}

function verdict(gain: number, error: number): TrendVerdict {
  if (Math.abs(gain) <= significance * error) return 'steady'
  return gain > 0 ? 'better' : 'worse'
}

function shareOk(calls: readonly Call[]): number {
  return calls.filter(({ ok }) => ok).length / calls.length
}

function logarithms(calls: readonly Call[]): number[] {
  return calls.filter(({ ok }) => ok).map(({ durationMs }) => Math.log(Math.max(durationMs, 0.01)))
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, variance }
}
