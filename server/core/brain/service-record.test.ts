import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addDeltas,
  addEvidence,
  deltaOf,
  type Evidence,
  type EvidenceDelta,
  halfLifeOutcomes,
  noEvidence,
  type ServiceOutcome,
} from './service-record.ts'

const anyOutcome: fc.Arbitrary<ServiceOutcome> = fc.record({
  ok: fc.boolean(),
  durationMs: fc.integer({ min: 0, max: 60_000 }),
  errorCode: fc.constantFrom('HTTP_500', 'TIMED_OUT', 'REFUSED', null),
})
const someOutcomes = fc.array(anyOutcome, { minLength: 1, maxLength: 60 })

function learn(evidence: Evidence, outcomes: readonly ServiceOutcome[]): Evidence {
  return outcomes.reduce((sum, outcome) => addEvidence(sum, deltaOf(outcome)), evidence)
}

function gather(outcomes: readonly ServiceOutcome[]): EvidenceDelta {
  return outcomes.map(deltaOf).reduce(addDeltas)
}

function expectSame(one: Evidence, other: Evidence): void {
  expect(one.successes).toBeCloseTo(other.successes, 6)
  expect(one.failures).toBeCloseTo(other.failures, 6)
  expect(one.meanMs === null).toBe(other.meanMs === null)
  expect(one.meanMs ?? 0).toBeCloseTo(other.meanMs ?? 0, 6)
  expect([...one.errorShares.keys()].toSorted()).toEqual([...other.errorShares.keys()].toSorted())
  for (const [code, share] of one.errorShares) expect(share).toBeCloseTo(other.errorShares.get(code) ?? 0, 6)
}

test('evidence gathered in batches and added later is the same as learned one by one', () => {
  fc.assert(
    fc.property(someOutcomes, someOutcomes, someOutcomes, (before, first, second) => {
      const known = learn(noEvidence, before)
      const oneByOne = learn(known, [...first, ...second])
      expectSame(addEvidence(addEvidence(known, gather(first)), gather(second)), oneByOne)
      expectSame(addEvidence(known, addDeltas(gather(first), gather(second))), oneByOne)
    }),
  )
})

test('an outcome counts half after a thousand later ones', () => {
  const once = learn(noEvidence, [{ ok: false, durationMs: 5, errorCode: 'HTTP_500' }])
  const later = Array.from({ length: halfLifeOutcomes }, () => ({ ok: true, durationMs: 5, errorCode: null }))
  const evidence = learn(once, later)
  expect(evidence.failures).toBeCloseTo(0.5)
  expect(evidence.successes + evidence.failures).toBeLessThan(1_443)
})

test('the mean duration is that of successes alone, the error shares sum to one', () => {
  fc.assert(
    fc.property(someOutcomes, outcomes => {
      const evidence = learn(noEvidence, outcomes)
      const durations = outcomes.filter(({ ok }) => ok).map(({ durationMs }) => durationMs)
      if (durations.length === 0) expect(evidence.meanMs).toBeNull()
      else {
        expect(evidence.meanMs).toBeGreaterThanOrEqual(Math.min(...durations) - 1e-6)
        expect(evidence.meanMs).toBeLessThanOrEqual(Math.max(...durations) + 1e-6)
      }
      const shares = [...evidence.errorShares.values()].reduce((sum, share) => sum + share, 0)
      expect(shares).toBeCloseTo(evidence.failures > 0 ? 1 : 0)
    }),
  )
})

test('error codes are bounded in number, and what does not look like a code is not kept as one', () => {
  const outcomes = [...Array(500).keys()].map(index => ({ ok: false, durationMs: 1, errorCode: `E${index}` }))
  const common = Array.from({ length: 50 }, () => ({ ok: false, durationMs: 1, errorCode: 'COMMON' }))
  const { errorShares } = learn(noEvidence, [...common, ...outcomes, ...common])
  expect(errorShares.size).toBeLessThanOrEqual(20)
  expect(errorShares.get('COMMON')).toBeGreaterThan(0.1)

  for (const errorCode of ['\u0000', 'x'.repeat(65), '', 'two words', 'smörgås']) {
    expect([...deltaOf({ ok: false, durationMs: 1, errorCode }).errorShares]).toEqual([['OTHER', 1]])
  }
  expect(deltaOf({ ok: false, durationMs: 1, errorCode: '__proto__' }).errorShares.get('__proto__')).toBe(1)
})
