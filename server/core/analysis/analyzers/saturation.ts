import type { ModuleRecord } from '../../registry/module-record.ts'
import type { Call } from '../fleet-evidence.ts'
import { busyBySpan, bySpan, spanMs } from '../spans.ts'
import { meanOf } from '../statistics/samples.ts'
import { binomialAtLeast } from '../statistics/tails.ts'
import { hasSucceeded } from '../subjects.ts'

/** Busy spans in which work waited. */
export interface Saturation {
  pValue: number
  spans: { showing: number; of: number }
  /** Calls in flight that there was work for in such spans (Little's law, L = λW, by when the work came): the 90th percentile. */
  offered: number
  meanWaitMs: number
  meanRunMs: number
  waitBySpan: ReadonlyMap<number, number>
}

const leastCalls = 200
const leastPerSpan = 10
const busyFrom = 0.8
const noticeableWaitMs = 100
/** Of its own running time. */
const noticeableWaitShare = 0.5
/** In a fleet with enough room, at most this share of spans has such a wait by chance. */
const usualShare = 0.02

/**
 * Whether work waited while these calls' instances were busy, span by span: at least 80 % of `capacity` in use, and a mean wait of
 * at least half the running time and 100 ms. The p-value is the binomial tail of as many such spans when one in fifty is usual.
 * Null with fewer than 200 calls.
 */
export function findSaturation(calls: readonly Call[], capacity: number): Saturation | null {
  if (calls.length < leastCalls) return null
  const busy = busyBySpan(calls)
  const waitBySpan = new Map<number, number>()
  const showing: number[] = []
  for (const [span, its] of bySpan(calls)) {
    if (its.length < leastPerSpan) continue
    const waitMs = meanOf(its.map(call => call.waitMs))
    waitBySpan.set(span, waitMs)
    const leastMs = Math.max(noticeableWaitMs, noticeableWaitShare * meanOf(its.map(call => call.durationMs)))
    if (waitMs >= leastMs && (busy.get(span) ?? 0) >= busyFrom * capacity) showing.push(span)
  }
  const of = waitBySpan.size
  return {
    pValue: of === 0 ? 1 : binomialAtLeast(showing.length, of, usualShare),
    spans: { showing: showing.length, of },
    offered: offeredLoad(calls, showing),
    meanWaitMs: meanOf(calls.map(call => call.waitMs)),
    meanRunMs: meanOf(calls.map(call => call.durationMs)),
    waitBySpan,
  }
}

function offeredLoad(calls: readonly Call[], spans: readonly number[]): number {
  const came = new Map<number, number>()
  for (const { at, waitMs, durationMs } of calls) {
    const span = Math.floor((at - waitMs) / spanMs)
    came.set(span, (came.get(span) ?? 0) + durationMs / spanMs)
  }
  const loads = spans.map(span => came.get(span) ?? 0).toSorted((a, b) => a - b)
  return loads[Math.floor(0.9 * loads.length)] ?? loads.at(-1) ?? 0
}

/** How the duration of a call grows with the calls beside it: duration ~ (calls at once)^slope, with its 95 % interval. */
export interface Crowding {
  slope: number
  low: number
  high: number
}

const leastCrowdingCalls = 100
/** That met at most half as many others as the most crowded did. */
const leastUncrowded = 30

/**
 * Least squares of ln duration on ln (calls at once), over calls that succeeded. Null when the calls were too few or always met
 * about the same load: then nobody knows what more at once would do.
 */
export function findCrowding(calls: readonly Call[]): Crowding | null {
  const points = calls.flatMap(call =>
    hasSucceeded(call) && call.inFlight !== null
      ? { x: Math.log(call.inFlight + 1), y: Math.log(Math.max(1, call.durationMs)) }
      : [],
  )
  const half = points.reduce((most, { x }) => Math.max(most, x), 0) - Math.LN2
  const uncrowded = points.filter(({ x }) => x <= half).length
  if (points.length < leastCrowdingCalls || uncrowded < leastUncrowded) return null
  const [meanX, meanY] = [meanOf(points.map(({ x }) => x)), meanOf(points.map(({ y }) => y))]
  const squares = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / squares
  const residual = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0)
  const reach = 1.96 * Math.sqrt(residual / (points.length - 2) / squares)
  return { slope, low: slope - reach, high: slope + reach }
}

/** Up to here more calls at once leave each as fast as before, for practical purposes. */
export const flatSlope = 0.15

/**
 * The mean wait in a queue with so many servers, in ms, for calls and arrivals of the variability of chance (Sakasegawa, An
 * approximation formula Lq ≈ α·ρ^β/(1-ρ), 1977): ρ^(√(2(c+1)) - 1) / (c (1 - ρ)) × mean call.
 */
export function expectedWaitMs(servers: number, offered: number, meanRunMs: number): number {
  const load = Math.min(0.98, offered / servers)
  return (load ** (Math.sqrt(2 * (servers + 1)) - 1) / (servers * (1 - load))) * meanRunMs
}

/** In rotation now. */
export function instancesInRotation({ instances }: ModuleRecord): ModuleRecord['instances'] {
  return instances.filter(({ out }) => out === null)
}

/** Room for a mean load of 70 %: above it, waits grow steeply with chance alone. */
export const roomyLoad = 0.7
