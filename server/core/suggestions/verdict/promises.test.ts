import { describe, expect, test } from 'vitest'
import type { ExpectedEffect, Finding } from '../../../contracts/findings.ts'
import { faultCases } from '../../analysis/testing/fault-cases.ts'
import { analyzePlan } from '../../analysis/testing/fleet.ts'
import { loadCases } from '../../analysis/testing/load-cases.ts'
import { serviceCases } from '../../analysis/testing/service-cases.ts'
import { generateTraffic, type TrafficPlan } from '../../analysis/testing/traffic.ts'
import { snapshotOf } from '../../simulator/testing/synthetic-history.ts'
import { observeHistory } from '../testing/observe-history.ts'
import { observedCall, observedTask } from '../testing/observed-task.ts'
import { compareOutcomes } from './compare.ts'
import { judge } from './judge.ts'
import { isCompared, type ObservedTask } from './measures.ts'

const hourMs = 3_600_000
const appliedAt = Date.UTC(2026, 10, 18)
const by = { kind: 'system' as const, id: 'system', name: 'Quarterdeck' }
/** Two questions that no task answers, only the log of breakers. */
const untold = new Set(['breaker-noise', 'breaker-late'])
const cases = [...faultCases, ...loadCases, ...serviceCases].filter(({ analyzer }) => !untold.has(analyzer))

/** What the verdict tells of the very work that the finding was made from. */
function toldOf(plan: TrafficPlan, { subject }: Finding, { measure, ...part }: ExpectedEffect): number | undefined {
  if (!isCompared(measure)) throw new Error(`${measure} is not told of tasks`)
  const all = observeHistory(generateTraffic(plan), snapshotOf(...plan.modules))
  const tasks = subject.kind === 'type' ? all.filter(({ type }) => type === subject.id) : all
  const instances = plan.modules.flatMap(module => module.instances.map(each => ({ ...each, of: module.id })))
  const capacity = instances.find(({ of, id }) => `${of}/${id}` === subject.id)?.capacity ?? null
  const side = { tasks, conditions: { capacity, tasksPerHour: tasks.length / plan.hours } }
  return compareOutcomes(side, side, [{ ...part, measure }])?.measures[0]?.after
}

describe('what an analyzer starts from is what the verdict would measure of the same work, so that the two can be held together', () => {
  test.each(cases)('$analyzer: $truth', ({ analyzer, degraded: [plan, edit] }) => {
    const [finding] = analyzePlan(plan, { ...edit, analyzers: [analyzer] }).findings
    if (!finding) throw new Error('nothing was found')
    for (const effect of finding.expected) {
      const told = toldOf(plan, finding, effect)
      // Single outliers are capped in means.
      expect(Math.abs((told ?? Number.NaN) - effect.from)).toBeLessThanOrEqual(0.04 * Math.abs(effect.from))
    }
  })
})

/** So many tasks at equal distances over the day before the change, and as many since. */
function dayOf(side: 'before' | 'since', count: number, toTask: (place: number) => Partial<ObservedTask>) {
  const from = side === 'before' ? appliedAt - 24 * hourMs : appliedAt
  const tasks = Array.from({ length: count }, (_, place) =>
    observedTask({ acceptedAt: from + ((place + 0.5) / count) * 24 * hourMs, ...toTask(place) }),
  )
  return { from, to: from + 24 * hourMs, tasks, share: 1, capacity: null }
}

const promise = (edit: Partial<ExpectedEffect>): ExpectedEffect => ({
  measure: 'latency_mean',
  unit: 'ms',
  from: 0,
  to: 0,
  low: 0,
  high: 0,
  better: 'lower',
  ...edit,
})

const typeOf = (id: string) => ({ kind: 'type' as const, id, name: id })
const instanceOf = (id: string) => ({ kind: 'instance' as const, id: `text/${id}`, name: `instance ${id}` })

describe('a promise is held against what it was made for, with the truth known', () => {
  test('one type of several: the others neither help nor harm it, and are watched all the same', () => {
    const mixed = (quickMs: number) => (place: number) =>
      place % 2 === 0 ? { type: 'quick', runMs: quickMs + (place % 7) } : { type: 'long', runMs: 10_000 + (place % 7) }
    const expected = [promise({ of: typeOf('quick'), from: 1_000, to: 500, low: 400, high: 600 })]
    const { effects, outcome, words } = judge({
      before: dayOf('before', 2_000, mixed(1_000)),
      after: dayOf('since', 2_000, mixed(500)),
      expected,
      now: appliedAt + 24 * hourMs,
      by,
    })
    expect(effects).toMatchObject([
      {
        measure: 'latency_mean',
        of: { id: 'quick' },
        samplesAfter: 1_000,
        found: 'better',
        predicted: { isHeld: true },
      },
      { measure: 'latency_mean', samplesAfter: 2_000, predicted: null },
      { measure: 'failure_share', predicted: null },
    ])
    expect(effects[1]).not.toHaveProperty('of')
    expect(outcome).toBe('kept')
    expect(words).toMatch(/^Better since: latency mean of quick/)
  })

  test('all there is: told once', () => {
    const alike = (runMs: number) => (place: number) => ({ runMs: runMs + (place % 7) })
    const expected = [promise({ of: { kind: 'module', id: 'text', name: 'Text' }, low: 400, high: 600 })]
    const { effects } = judge({
      before: dayOf('before', 500, alike(1_000)),
      after: dayOf('since', 500, alike(500)),
      expected,
      now: appliedAt + 24 * hourMs,
      by,
    })
    expect(effects.map(({ measure, of }) => [measure, of?.id])).toEqual([
      ['latency_mean', 'text'],
      ['failure_share', undefined],
    ])
  })

  test('what an instance gets done while it is full: at the capacity of each time, whatever it gets done with room', () => {
    // With ten at once a call takes 1,000 ms, with five 300 ms, and one alone 100 ms.
    const crowded = (most: number, fullMs: number) => (place: number) => ({
      calls: [
        place % 3 === 0
          ? observedCall({ atOnce: 1, durationMs: 100 })
          : observedCall({ atOnce: most, durationMs: fullMs + (place % 5) }),
      ],
    })
    const expected = [
      promise({
        measure: 'full_throughput',
        unit: 'per_hour',
        of: instanceOf('a'),
        low: 55_000,
        high: 65_000,
        better: 'higher',
      }),
    ]
    const sides = {
      before: { ...dayOf('before', 900, crowded(10, 1_000)), capacity: 10 },
      after: { ...dayOf('since', 900, crowded(5, 300)), capacity: 5 },
    }
    const { effects } = judge({ ...sides, expected, now: appliedAt + 24 * hourMs, by })
    expect(effects[0]).toMatchObject({ found: 'better', samplesAfter: 600, predicted: { isHeld: true } })
    expect(effects[0]?.before).toBeCloseTo((10 / 1_002) * hourMs, -2)
    expect(effects[0]?.after).toBeCloseTo((5 / 302) * hourMs, -2)
    const idle = judge({ ...sides, after: dayOf('since', 900, crowded(1, 100)), expected, now: appliedAt, by })
    expect(idle.words).toMatch(/promised for full throughput of instance a is not measured/)
  })

  test('a count in an hour is told for the load of now, and comes to nothing when nothing is called', () => {
    const called = (moduleId: string) => () => ({ calls: [observedCall({ moduleId, costUsd: 0.5 })] })
    const idle = { kind: 'module' as const, id: 'idle', name: 'Idle' }
    const expected = [
      promise({ measure: 'calls_per_hour', unit: 'per_hour', of: idle }),
      promise({ measure: 'cost_usd_per_hour', unit: 'usd_per_hour', of: idle }),
    ]
    const { effects } = judge({
      before: dayOf('before', 240, called('idle')),
      after: dayOf('since', 480, called('other')),
      expected,
      now: appliedAt + 24 * hourMs,
      by,
    })
    expect(effects.slice(0, 2)).toMatchObject([
      { before: 20, after: 0, found: 'better', predicted: { isHeld: true } },
      { before: 10, after: 0, found: 'better', predicted: { isHeld: true } },
    ])
  })

  test('retries after one error, of the module that failed: not those after another, nor of another module', () => {
    const repeating = (moduleId: string, errorCode: string) =>
      observedCall({ number: 2, moduleId: 'other', repeats: { moduleId, instanceId: 'a', errorCode } })
    const code = (share: number) => (place: number) => ({
      calls: [
        observedCall({ outcome: 'failed' }),
        place % 10 < share * 10 ? repeating('text', 'HTTP_501') : repeating(place % 2 ? 'text' : 'other', 'HTTP_503'),
      ],
    })
    const expected = [
      promise({
        measure: 'retries_per_hour',
        unit: 'per_hour',
        of: { kind: 'module', id: 'text', name: 'Text' },
        errorCode: 'HTTP_501',
        low: 0,
        high: 1,
      }),
    ]
    const { effects, words } = judge({
      before: dayOf('before', 2_400, code(0.5)),
      after: dayOf('since', 2_400, code(0)),
      expected,
      now: appliedAt + 24 * hourMs,
      by,
    })
    expect(effects[0]).toMatchObject({ before: 50, after: 0, predicted: { isHeld: true } })
    expect(words).toMatch(/retries per hour after HTTP_501 of Text/)
  })
})
