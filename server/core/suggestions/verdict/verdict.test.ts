import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import type { ExpectedEffect } from '../../../contracts/findings.ts'
import { observedCall, observedTask } from '../testing/observed-task.ts'
import { compareOutcomes, intervalOf } from './compare.ts'
import { type JudgedWindow, judge } from './judge.ts'
import type { ObservedCall, ObservedTask } from './measures.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const appliedAt = Date.UTC(2026, 10, 18)
const by = { kind: 'system' as const, id: 'system', name: 'Quarterdeck' }

interface Traffic {
  from: number
  to: number
  count: number
  /** Share of the slow type. */
  slowShare?: number
  /** How much longer everything takes. */
  factor?: number
  failureShare?: number
  /** How much longer it takes at noon than at midnight. */
  rush?: number
}

/** Two types, one five times as slow, with durations of a log-normal kind that hang together for stretches of time. */
function traffic(random: () => number, options: Traffic): ObservedTask[] {
  const { from, to, count, slowShare = 0.3, factor = 1, failureShare = 0.02, rush = 0 } = options
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let drift = 0
  return Array.from({ length: count }, (_, place) => {
    // Neighbours share their luck: an autoregressive part over some tens of tasks.
    drift = 0.9 * drift + 0.05 * normal()
    const acceptedAt = from + ((place + random()) / count) * (to - from)
    const isSlow = random() < slowShare
    const hour = Math.floor(acceptedAt / hourMs) % 24
    const busy = 1 + rush * Math.sin((Math.PI * hour) / 24)
    const runMs = (isSlow ? 500 : 100) * factor * busy * Math.exp(0.5 * normal() + drift)
    const hasRetry = random() < 0.1
    const dueMs = 800 * random()
    return observedTask({
      type: isSlow ? 'slow' : 'fast',
      acceptedAt,
      waitMs: 20 * random(),
      runMs,
      hasFailed: random() < failureShare,
      hasMissedDeadline: random() < 0.5 ? runMs > dueMs : null,
      calls: callsOf({
        hasRetry,
        costUsd: runMs * 0.000_02,
        timesOut: random() < 0.15 * factor,
        isCured: random() < 0.6 / factor,
      }),
    })
  })
}

/** One call, and one more that repeats it. */
function callsOf(given: { hasRetry: boolean; timesOut: boolean; isCured: boolean; costUsd: number }): ObservedCall[] {
  const { hasRetry, timesOut, isCured, costUsd } = given
  const first = observedCall({ costUsd, ...(timesOut && { outcome: 'timed_out' }) })
  const repeats = { moduleId: 'text', instanceId: 'a', errorCode: 'HTTP_503' }
  return hasRetry ? [first, observedCall({ number: 2, repeats, outcome: isCured ? 'succeeded' : 'failed' })] : [first]
}

const before = (edit: Partial<Traffic> = {}) => ({ from: appliedAt - 3 * dayMs, to: appliedAt, count: 3_000, ...edit })
const after = (edit: Partial<Traffic> = {}) => ({ from: appliedAt, to: appliedAt + dayMs, count: 1_500, ...edit })

function windowOf(random: () => number, options: Traffic): JudgedWindow {
  const { from, to } = options
  return { from, to, tasks: traffic(random, options), share: 1, capacity: null }
}

function verdictOf(
  seed: number,
  sides: { before?: Partial<Traffic>; after?: Partial<Traffic> },
  expected: ExpectedEffect[] = [],
) {
  const random = createSeededRandom(seed)
  return judge({
    before: windowOf(random, before(sides.before)),
    after: windowOf(random, after(sides.after)),
    expected,
    now: appliedAt + dayMs,
    by,
  })
}

const sideOf = (tasks: readonly ObservedTask[]) => ({ tasks, conditions: { capacity: null, tasksPerHour: 0 } })

const seeds = Array.from({ length: 80 }, (_, seed) => seed)

describe('with the truth known, over 80 histories', () => {
  test('the 95 % interval of the mean latency holds the true difference about as often as it says', () => {
    // E[run] = exp(0.5² / 2) × the type's, times exp(var of the drift / 2): equal on both sides but for the factor.
    const truth = (factor: number) => {
      const drift = 0.05 ** 2 / (1 - 0.9 ** 2)
      const mean = (0.3 * 500 + 0.7 * 100) * Math.exp((0.25 + drift) / 2)
      return (factor - 1) * mean
    }
    const held = seeds.filter(seed => {
      const random = createSeededRandom(seed)
      const comparison = compareOutcomes(
        sideOf(traffic(random, before())),
        sideOf(traffic(random, after({ factor: 1.1 }))),
        [{ measure: 'latency_mean' }],
      )
      const latency = comparison!.measures.find(({ measure }) => measure === 'latency_mean')!
      const [low, high] = intervalOf(latency, 0.95)
      // Capping at the 99th percentile takes a little of the difference away: 4 %.
      return low <= truth(1.1) * 0.96 && truth(1.1) * 0.96 <= high
    })
    expect(held.length / seeds.length).toBeGreaterThan(0.9)
    expect(held.length / seeds.length).toBeLessThanOrEqual(1)
  })

  test('a change that does nothing is rarely called better or worse', () => {
    const called = seeds.filter(seed => verdictOf(seed, {}).outcome !== 'inconclusive')
    expect(called.length / seeds.length).toBeLessThan(0.06)
  })

  test('the 95 % interval of whatever a verdict tells holds that nothing changed, about as often as it says', () => {
    const measures = [
      'latency_p95',
      'wait_p50',
      'wait_mean',
      'run_p95',
      'failure_share',
      'call_failure_share',
      'timeout_share',
      'deadline_miss_share',
      'retry_success_share',
      'cost_usd_per_task',
      'retries_per_hour',
    ] as const
    const held = new Map<string, number>()
    for (const seed of seeds) {
      const random = createSeededRandom(1_000 + seed)
      const sides = [sideOf(traffic(random, before())), sideOf(traffic(random, after()))] as const
      const { measures: compared } = compareOutcomes(
        ...sides,
        measures.map(measure => ({ measure })),
      )!
      for (const one of compared) {
        const [low, high] = intervalOf(one, 0.95)
        if (low <= 0 && 0 <= high) held.set(one.measure, (held.get(one.measure) ?? 0) + 1)
      }
    }
    const shares = measures.map(measure => (held.get(measure) ?? 0) / seeds.length)
    expect(Math.min(...shares)).toBeGreaterThan(0.86)
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    expect(mean).toBeGreaterThan(0.92)
    expect(mean).toBeLessThan(0.99)
  })

  test('a change that does nothing is rarely called better or worse either where much was promised', () => {
    const promised = ['cost_usd_per_task', 'timeout_share', 'wait_p95', 'deadline_miss_share', 'run_p50'] as const
    const outcomes = seeds.map(
      seed =>
        verdictOf(
          2_000 + seed,
          {},
          promised.map(measure => promiseOf(measure)),
        ).outcome,
    )
    const shareOf = (wanted: string) => outcomes.filter(outcome => outcome === wanted).length / seeds.length
    expect(shareOf('worse')).toBeLessThan(0.06)
    expect(shareOf('kept')).toBeLessThan(0.06)
  })

  test('another mix of types is not taken for an effect, though the plain mean doubles', () => {
    const sides = { before: { slowShare: 0.1 }, after: { slowShare: 0.6 } }
    const called = seeds.filter(seed => verdictOf(seed, sides).outcome !== 'inconclusive')
    expect(called.length / seeds.length).toBeLessThan(0.06)
  })

  test('an hour that is always slow is not taken for an effect', () => {
    const noon = { from: appliedAt + 10 * hourMs, to: appliedAt + 14 * hourMs, rush: 2 }
    const called = seeds.filter(
      seed => verdictOf(seed, { before: { rush: 2 }, after: noon }).outcome !== 'inconclusive',
    )
    expect(called.length / seeds.length).toBeLessThan(0.06)
  })

  test.each([
    ['kept', { factor: 0.7 }],
    ['worse', { factor: 1.4 }],
    ['worse', { failureShare: 0.1 }],
  ] as const)('a true effect is found: %s with %o', (outcome, effect) => {
    const found = seeds.filter(seed => verdictOf(seed, { after: effect }).outcome === outcome)
    expect(found.length / seeds.length).toBeGreaterThan(0.95)
  })
})

test('single outliers move no verdict', () => {
  const random = createSeededRandom(3)
  const tasks = traffic(random, after()).map((task, place) => (place % 300 === 0 ? { ...task, runMs: 600_000 } : task))
  const sides = { before: windowOf(random, before()), after: { ...windowOf(random, after()), tasks } }
  const { outcome } = judge({ ...sides, expected: [], now: appliedAt + dayMs, by })
  expect(outcome).toBe('inconclusive')
})

test('a prediction is held against what was measured: an interval that has it is right, one that has not is wrong', () => {
  const predicted = (low: number, high: number): ExpectedEffect => ({
    measure: 'latency_mean',
    unit: 'ms',
    from: 260,
    to: (low + high) / 2,
    low,
    high,
    better: 'lower',
  })
  const heldOf = (low: number, high: number) =>
    verdictOf(1, { after: { factor: 0.7 } }, [predicted(low, high)]).effects.find(
      ({ measure }) => measure === 'latency_mean',
    )?.predicted?.isHeld
  expect(heldOf(150, 250)).toBe(true)
  expect(heldOf(20, 60)).toBe(false)
})

/** Nothing but its name is looked at here. */
const promiseOf = (measure: ExpectedEffect['measure'], better: 'lower' | 'higher' = 'lower'): ExpectedEffect => ({
  measure,
  unit: 'share',
  from: 1,
  to: 1,
  low: 0,
  high: 1,
  better,
})

describe('what was promised beside time and failures is measured with the truth known', () => {
  const promised = ['cost_usd_per_task', 'timeout_share', 'retry_success_share', 'deadline_miss_share'] as const
  const few = seeds.slice(0, 20)

  test.each([
    ['half of each is found to be better', 0.5, 'better', 0.9],
    ['double of each is found to be worse', 2, 'worse', 0.9],
    ['the same of each is found to be neither', 1, 'no_difference', 0.94],
  ] as const)('%s', (_what, factor, wanted, leastShare) => {
    const found = few.flatMap(seed =>
      verdictOf(
        seed,
        { after: { factor } },
        promised.map(measure => promiseOf(measure)),
      ).effects.filter(({ measure }) => (promised as readonly string[]).includes(measure)),
    )
    const shares = promised.map(measure => [
      measure,
      found.filter(effect => effect.measure === measure && effect.found === wanted).length / few.length > leastShare,
    ])
    expect(shares).toEqual(promised.map(measure => [measure, true]))
  })

  test('a dearer mix of types is not taken for a dearer task', () => {
    const sides = { before: { slowShare: 0.1 }, after: { slowShare: 0.6 } }
    const called = few.filter(
      seed => verdictOf(seed, sides, [promiseOf('cost_usd_per_task')]).outcome !== 'inconclusive',
    )
    expect(called.length).toBeLessThan(2)
  })

  test('a share of calls counts calls, not tasks', () => {
    const tasks = Array.from({ length: 60 }, (_, place) =>
      observedTask({
        acceptedAt: appliedAt + place,
        calls:
          place % 2 === 0
            ? Array.from({ length: 3 }, () => observedCall({ outcome: 'timed_out' }))
            : [observedCall({})],
      }),
    )
    const [compared] = compareOutcomes(sideOf(tasks), sideOf(tasks), [{ measure: 'timeout_share' }])!.measures
    expect([compared?.before, compared?.after]).toEqual([0.75, 0.75])
  })

  test('a share of what hardly any task had is not told', () => {
    const random = createSeededRandom(1)
    const rarely = (options: Traffic) => {
      const window = windowOf(random, options)
      const rare = ({ calls }: ObservedTask, place: number) => (place < 49 ? calls : calls.slice(0, 1))
      return { ...window, tasks: window.tasks.map((task, place) => ({ ...task, calls: rare(task, place) })) }
    }
    const { effects, words } = judge({
      before: rarely(before()),
      after: rarely(after()),
      expected: [promiseOf('retry_success_share', 'higher')],
      now: appliedAt + dayMs,
      by,
    })
    expect(effects.map(({ measure }) => measure)).toEqual(['latency_mean', 'failure_share'])
    expect(words).toMatch(/promised for retry success share is not measured/)
  })
})

test('what was promised and cannot be measured is named', () => {
  expect(verdictOf(1, {}, [promiseOf('wrongly_open_share')]).words).toMatch(
    /promised for wrongly open share is not measured/,
  )
})

describe('nothing is said when there is too little to say it from', () => {
  test.each([
    ['no task since', {}, { count: 0 }, /0 tasks ended since/],
    ['few tasks since', {}, { count: 49 }, /49 tasks ended since/],
    ['nothing before', { count: 0 }, {}, /0 tasks are recorded from before/],
    ['other hours', { from: appliedAt - 3 * hourMs }, { to: appliedAt + 3 * hourMs }, /no counterpart/],
  ])('%s', (_what, earlier, later, words) => {
    const verdict = verdictOf(1, { before: earlier, after: later })
    expect(verdict).toMatchObject({ outcome: 'inconclusive', effects: [] })
    expect(verdict.words).toMatch(words)
  })

  test('all at one moment', () => {
    const alike = Array.from({ length: 60 }, () => observedTask({ acceptedAt: appliedAt }))
    const side = { from: appliedAt, to: appliedAt, tasks: alike, share: 1, capacity: null }
    expect(judge({ before: side, after: side, expected: [], now: appliedAt, by }).outcome).toBe('inconclusive')
  })
})
