import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { findPatterns, type TracedCall } from './find-patterns.ts'
import { falseDiscoveryRates, fisherUpperTail } from './fisher.ts'

/** Traffic in which nothing has anything to do with anything; retries follow failures, four attempts at most. */
function stationaryTraffic(seed: number, tasks = 800, failureRate = 0.1): TracedCall[] {
  const random = createSeededRandom(seed)
  const pick = (count: number) => Math.floor(random() * count)
  return Array.from({ length: tasks }, (_, index) => index).flatMap(index => {
    const language = ['en', 'de', 'fr'][pick(3)] ?? 'en'
    const task = {
      taskId: `task-${index}`,
      taskType: `type-${pick(2)}`,
      priority: 1 + pick(3),
      payloadBytes: pick(20_000),
      fields: random() < 0.5 ? ['language', 'text'] : ['text'],
      scalars: { language },
    }
    const calls: TracedCall[] = []
    for (let attempt = 1; attempt <= 4; attempt++) {
      const ok = random() >= failureRate
      const dispatchedAt = pick(86_400_000)
      calls.push({
        ...task,
        moduleId: `module-${pick(3)}`,
        ok,
        durationMs: -Math.log(1 - random()),
        dispatchedAt,
        attempt,
      })
      if (ok) break
    }
    return calls
  })
}

test('in stationary traffic false patterns stay within the bound', () => {
  const histories = 150
  const withPatterns = Array.from({ length: histories }, (_, seed) => findPatterns(stationaryTraffic(seed + 1)))
  expect(Math.min(...withPatterns.map(({ tested }) => tested))).toBeGreaterThan(50)
  const share = withPatterns.filter(({ patterns }) => patterns.length > 0).length / histories
  // With nothing to find, any pattern is false, so the bound of 5 % holds for finding any; 0.05 + 2 standard errors.
  expect(share).toBeLessThanOrEqual(0.087)
})

test('what truly goes with failure and slowness is found, with its support and lift', () => {
  const calls = stationaryTraffic(4, 3_000).map(call => {
    const isBad = call.moduleId === 'module-1' && call.taskType === 'type-0' && call.attempt === 1
    const isSlow = call.scalars.language === 'de'
    return {
      ...call,
      ok: isBad ? call.ok && call.payloadBytes % 10 < 6 : call.ok,
      durationMs: call.durationMs * (isSlow ? 4 : 1),
    }
  })
  const { patterns } = findPatterns(calls)
  const service = patterns.find(({ trait }) => trait.kind === 'service')
  expect(service).toMatchObject({ taskType: 'type-0', effect: 'failure', trait: { moduleId: 'module-1' } })
  expect(service?.support).toBeGreaterThan(300)
  expect(service?.lift).toBeCloseTo((service?.rate ?? 0) / (service?.baseRate ?? 1))
  expect(service?.lift).toBeGreaterThan(1.5)
  const slow = patterns.filter(({ effect }) => effect === 'slowness')
  expect(slow[0]?.trait).toEqual({ kind: 'payload_value', field: 'language', value: 'de' })
})

test('retries that fail again and again are found as a pattern of the attempt', () => {
  const random = createSeededRandom(9)
  const calls = stationaryTraffic(9).map(call => (call.attempt > 1 ? { ...call, ok: random() < 0.2 } : call))
  const kinds = findPatterns(calls).patterns.map(({ trait }) => trait)
  expect(kinds).toContainEqual({ kind: 'attempt', number: 2 })
})

test('a task that is tried many times is one case and not many', () => {
  const once = stationaryTraffic(3, 400, 0)
  const poisoned = Array.from({ length: 30 }, (_, index) => ({
    ...(once[0] as TracedCall),
    taskId: 'poisoned',
    priority: 9,
    ok: false,
    attempt: index + 1,
  }))
  expect(findPatterns([...once, ...poisoned]).patterns.filter(({ trait }) => trait.kind === 'priority')).toEqual([])
})

test('too little, all failing and nothing at all make no pattern', () => {
  expect(findPatterns([])).toEqual({ patterns: [], tested: 0 })
  expect(findPatterns(stationaryTraffic(1, 30)).patterns).toEqual([])
  const failing = stationaryTraffic(1).map(call => ({ ...call, ok: false }))
  expect(findPatterns(failing).patterns).toEqual([])
})

test("Fisher's tail is that of the hypergeometric distribution: the tea of 1935, and complements", () => {
  expect(fisherUpperTail({ hits: 4, support: 4, marked: 4, total: 8 })).toBeCloseTo(1 / 70, 10)
  expect(fisherUpperTail({ hits: 3, support: 4, marked: 4, total: 8 })).toBeCloseTo(17 / 70, 10)
  expect(fisherUpperTail({ hits: 0, support: 10, marked: 5, total: 100 })).toBeCloseTo(1, 10)
})

test('q-values never fall below their p-values, keep their order, and are what Benjamini and Hochberg published', () => {
  const published = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ]
  expect(falseDiscoveryRates(published).filter(q => q <= 0.05)).toHaveLength(4)
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }), pValues => {
      const qValues = falseDiscoveryRates(pValues)
      for (const [index, p] of pValues.entries()) {
        expect(qValues[index]).toBeGreaterThanOrEqual(p - 1e-12)
        expect(qValues[index]).toBeLessThanOrEqual(1)
        for (const [other, q] of pValues.entries()) {
          if (p < q) expect(qValues[index]).toBeLessThanOrEqual(qValues[other] ?? 1)
        }
      }
    }),
  )
})
