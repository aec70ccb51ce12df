import fc from 'fast-check'
import { expect, test } from 'vitest'
import { confidenceIn } from './confidence.ts'
import { addEvidence, deltaOf, type Evidence, noEvidence } from './service-record.ts'

function evidenceOf(successes: number, failures: number): Evidence {
  return { ...noEvidence, successes, failures }
}

function learned(outcomes: readonly boolean[]): Evidence {
  return outcomes.reduce<Evidence>(
    (evidence, ok) => addEvidence(evidence, deltaOf({ ok, durationMs: 10, errorCode: null })),
    noEvidence,
  )
}

const count = fc.integer({ min: 0, max: 1_400 })

test.each([
  [0, 0, 0.7],
  [10, 0, 0.92],
  [95, 5, 0.98],
])('after %i successes and %i failures it is %f, as fresh counts and as learned one by one', (good, bad, expected) => {
  const outcomes = Array.from(
    { length: good + bad },
    (_, place) => bad === 0 || place % Math.ceil((good + bad) / bad) !== 7,
  )
  expect(Math.abs(confidenceIn(evidenceOf(good, bad)) - expected)).toBeLessThanOrEqual(0.005)
  expect(Math.abs(confidenceIn(learned(outcomes)) - expected)).toBeLessThanOrEqual(0.005)
})

test('is always between 0 and 1', () => {
  fc.assert(
    fc.property(count, count, (successes, failures) => {
      const confidence = confidenceIn(evidenceOf(successes, failures))
      expect(confidence).toBeGreaterThanOrEqual(0)
      expect(confidence).toBeLessThanOrEqual(1)
    }),
  )
})

test('grows with evidence at an equal share of successes of 70 % or more', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.7, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 700 }),
      fc.double({ min: 1.01, max: 2, noNaN: true }),
      (rate, outcomes, factor) => {
        const more = outcomes * factor
        expect(confidenceIn(evidenceOf(rate * more, (1 - rate) * more))).toBeGreaterThan(
          confidenceIn(evidenceOf(rate * outcomes, (1 - rate) * outcomes)),
        )
      },
    ),
  )
})

test('rises with every success and falls with every failure', () => {
  fc.assert(
    fc.property(count, count, (successes, failures) => {
      const now = confidenceIn(evidenceOf(successes, failures))
      expect(confidenceIn(evidenceOf(successes + 1, failures))).toBeGreaterThan(now)
      expect(confidenceIn(evidenceOf(successes, failures + 1))).toBeLessThan(now)
    }),
  )
})

test('is below that without history when a service mostly fails', () => {
  fc.assert(
    fc.property(count, fc.integer({ min: 1, max: 1_400 }), (successes, failures) => {
      fc.pre(failures >= successes)
      expect(confidenceIn(evidenceOf(successes, failures))).toBeLessThan(0.7)
    }),
  )
})
