import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noEvidence } from './service-record.ts'
import { expectedSuccess, referenceOf, type ScoredService, scoreWeights, serviceScore } from './service-score.ts'

function build(
  overrides: Partial<ScoredService> & { good?: number; bad?: number; meanMs?: number } = {},
): ScoredService {
  const { good = 0, bad = 0, meanMs, ...fields } = overrides
  const evidence = { ...noEvidence, successes: good, failures: bad, meanMs: meanMs ?? (good > 0 ? 100 : null) }
  return { evidence, costPerHourUsd: 0, preference: 0, ...fields }
}

function scores(...services: ScoredService[]): number[] {
  const reference = referenceOf(services)
  return services.map(service => serviceScore(service, reference))
}

function expectRanked(...services: ScoredService[]): void {
  const ranked = scores(...services)
  expect(ranked).toEqual(ranked.toSorted((a, b) => b - a))
  expect(new Set(ranked).size).toBe(ranked.length)
}

const anyService = fc
  .record({
    good: fc.integer({ min: 0, max: 1_000 }),
    bad: fc.integer({ min: 0, max: 1_000 }),
    meanMs: fc.integer({ min: 0, max: 60_000 }),
    costPerHourUsd: fc.double({ min: 0, max: 1_000, noNaN: true }),
    preference: fc.integer({ min: -100, max: 100 }),
  })
  .map(({ meanMs, ...fields }) => build(fields.good > 0 ? { ...fields, meanMs } : fields))

test('a score is between 0 and 1, and never falls with a success at the mean, a higher preference or a lower cost', () => {
  fc.assert(
    fc.property(anyService, fc.array(anyService, { maxLength: 4 }), (service, rivals) => {
      const reference = referenceOf([service, ...rivals])
      const score = serviceScore(service, reference)
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1 + 1e-9)
      const { evidence, preference, costPerHourUsd } = service
      const better: ScoredService[] = [
        { ...service, preference: Math.min(100, preference + 10) },
        { ...service, costPerHourUsd: costPerHourUsd / 2 },
        { ...service, evidence: { ...evidence, failures: evidence.failures / 2 } },
      ]
      for (const improved of better) {
        const improvedReference = referenceOf([improved, ...rivals])
        expect(serviceScore(improved, improvedReference)).toBeGreaterThanOrEqual(score - 1e-9)
      }
    }),
  )
})

test.each(Object.entries(scoreWeights))('the weights of the goal %s sum to one', (_, weights) => {
  expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1)
})

test('all else equal, the more reliable, the faster, the cheaper and the preferred come first', () => {
  expectRanked(build({ good: 98, bad: 2 }), build({ good: 90, bad: 10 }), build({ good: 40, bad: 60 }))
  expectRanked(build({ good: 100, meanMs: 50 }), build({ good: 100, meanMs: 80 }), build({ good: 100, meanMs: 400 }))
  expectRanked(build({ good: 100, costPerHourUsd: 1 }), build({ good: 100, costPerHourUsd: 5 }))
  expectRanked(build({ good: 100, preference: 1 }), build({ good: 100 }), build({ good: 100, preference: -1 }))
  expectRanked(build({ preference: 5 }), build())
})

test('one lucky fast call does not beat a long good record', () => {
  expectRanked(build({ good: 500, meanMs: 100 }), build({ good: 1, meanMs: 10 }))
})

test('reliability outweighs speed: a fast service that fails half of its calls comes last', () => {
  expectRanked(build({ good: 200, meanMs: 100 }), build({ good: 100, bad: 100, meanMs: 20 }))
})

test('without history success is assumed at 70 %, and evidence takes over from there', () => {
  expect(expectedSuccess(noEvidence)).toBeCloseTo(0.7)
  expect(expectedSuccess(build({ good: 1_000 }).evidence)).toBeGreaterThan(0.998)
  expect(expectedSuccess(build({ bad: 1_000 }).evidence)).toBeLessThan(0.003)
})
