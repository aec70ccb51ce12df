import type { Pattern, PatternEffect } from '../../contracts/memory.ts'
import { falseDiscoveryRates, fisherUpperTail } from './fisher.ts'
import { traitsOf } from './traits.ts'

/** A call with what its task was like. */
export interface TracedCall {
  taskId: string
  taskType: string
  moduleId: string
  ok: boolean
  durationMs: number
  /** Ms since the epoch. */
  dispatchedAt: number
  attempt: number
  priority: number
  payloadBytes: number
  /** Names of the top-level fields of the payload; null when it is no object, or too large to be looked at. */
  fields: readonly string[] | null
  /** Top-level fields that hold a short text, a number or a boolean. */
  scalars: Readonly<Record<string, string | number | boolean>>
}

/** Bound on the expected share of false patterns among those found. */
export const falseDiscoveryRate = 0.05
/** Calls with a trait, and as many without it, below which it is not tested. */
const leastSupport = 20
/** The slowest tenth of successful calls counts as slow, of so many at least. */
const slowShare = 0.9
const leastForSlow = 100

export interface FoundPatterns {
  /** The surest first. */
  patterns: Pattern[]
  tested: number
}

type Tested = Omit<Pattern, 'qValue'>

/**
 * What goes with failure or slowness, within each task type: every trait that enough calls have and enough have not is tested with
 * Fisher's exact test, and what passes a false discovery rate of 5 % over all that was tested (Benjamini & Hochberg) is a pattern.
 *
 * Calls of one task are alike, so only first attempts count as cases; they are independent as far as tasks are. Later attempts are
 * compared with the first ones, and with nothing else. Slow is what takes longer than nine tenths of the type's successful calls.
 */
export function findPatterns(calls: readonly TracedCall[]): FoundPatterns {
  const tests = [...Map.groupBy(calls, ({ taskType }) => taskType)].flatMap(([taskType, ofType]) => [
    ...testEffect(taskType, 'failure', ofType, ({ ok }) => !ok),
    ...testSlowness(taskType, ofType),
  ])
  const qValues = falseDiscoveryRates(tests.map(({ pValue }) => pValue))
  const patterns = tests.flatMap((test, index) => {
    const qValue = qValues[index] ?? 1
    return qValue <= falseDiscoveryRate ? [{ ...test, qValue }] : []
  })
  return { patterns: patterns.toSorted((a, b) => a.pValue - b.pValue || b.lift - a.lift), tested: tests.length }
}

function testSlowness(taskType: string, calls: readonly TracedCall[]): Tested[] {
  const succeeded = calls.filter(({ ok }) => ok)
  const durations = succeeded.filter(isFirst).map(({ durationMs }) => durationMs)
  if (durations.length < leastForSlow) return []
  const limit = durations.toSorted((a, b) => a - b)[Math.floor(durations.length * slowShare)] ?? 0
  return testEffect(taskType, 'slowness', succeeded, ({ durationMs }) => durationMs > limit)
}

function testEffect(
  taskType: string,
  effect: PatternEffect,
  calls: readonly TracedCall[],
  isMarked: (call: TracedCall) => boolean,
): Tested[] {
  const first = calls.filter(isFirst)
  const marks = first.map(isMarked)
  const marked = marks.filter(Boolean).length
  const total = first.length
  const tests: Tested[] = []
  const test = (trait: Pattern['trait'], hits: number, support: number, all: { marked: number; total: number }) => {
    if (support < leastSupport || all.total - support < leastSupport) return
    // Where everything or nothing is marked there is nothing to tell apart.
    if (all.marked === 0 || all.marked === all.total) return
    const [rate, baseRate] = [hits / support, all.marked / all.total]
    const pValue = fisherUpperTail({ hits, support, ...all })
    tests.push({ taskType, effect, trait, support, hits, rate, baseRate, lift: rate / baseRate, pValue })
  }
  for (const { trait, members } of traitsOf(first)) {
    test(trait, members.filter(index => marks[index]).length, members.length, { marked, total })
  }
  for (const [number, later] of Map.groupBy(calls, ({ attempt }) => attempt)) {
    if (number === 1) continue
    const hits = later.filter(isMarked).length
    test({ kind: 'attempt', number }, hits, later.length, { marked: marked + hits, total: total + later.length })
  }
  return tests
}

function isFirst({ attempt }: TracedCall): boolean {
  return attempt === 1
}
