import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import type { RecordedBreakerChange } from '../../analysis/fleet-evidence.ts'
import { compareMoments, intervalOf } from './compare.ts'
import { openForNothing } from './open-for-nothing.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const start = Date.UTC(2026, 10, 16)

/** Opens, and probes once each minute until `minutes` have passed. */
function episode(at: number, minutes: number, reason = '5 failures in a row'): RecordedBreakerChange[] {
  const common = { moduleId: 'text', instanceId: 'a', replicaId: 'r' }
  const change = (offset: number, from: RecordedBreakerChange['from'], to: RecordedBreakerChange['to']) => ({
    ...common,
    at: at + offset,
    from,
    to,
    reason,
  })
  const probes = Array.from({ length: minutes }, (_, place) => [
    change((place + 1) * minuteMs, 'open', 'half_open'),
    change((place + 1) * minuteMs, 'half_open', place === minutes - 1 ? 'closed' : 'open'),
  ])
  return [change(0, 'closed', 'open'), ...probes.flat()]
}

const window = { from: start, to: start + hourMs }
const sumOf = (changes: RecordedBreakerChange[], instances = 1) =>
  openForNothing(changes, window, instances).reduce((sum, { value }) => sum + value, 0)

describe('the time that a breaker was open for nothing', () => {
  test('is that from opening to the first probe, which found nothing wrong, of all instances together', () => {
    expect(sumOf(episode(start + 90_000, 1))).toBeCloseTo(1)
    expect(sumOf(episode(start + 90_000, 1), 4)).toBeCloseTo(0.25)
    expect(openForNothing(episode(start + 90_000, 1), window, 1).filter(({ value }) => value > 0)).toEqual([
      { acceptedAt: start + minuteMs, value: 0.5 },
      { acceptedAt: start + 2 * minuteMs, value: 0.5 },
    ])
  })

  test('is none of an outage, of a rule by share, or of what is still open', () => {
    expect(sumOf(episode(start, 3))).toBe(0)
    expect(sumOf(episode(start, 1, '60 % of 20 calls failed'))).toBe(0)
    expect(sumOf(episode(start, 1).slice(0, 1))).toBe(0)
  })
})

/** Openings by chance, so many an hour; more of them in a rush of each afternoon. */
function openings(random: () => number, from: number, days: number, perHour: number): RecordedBreakerChange[] {
  const changes: RecordedBreakerChange[] = []
  for (let at = from; at < from + days * dayMs; ) {
    const isRush = Math.floor(at / hourMs) % 24 >= 14
    at += (-Math.log(1 - random()) * hourMs) / (perHour * (isRush ? 3 : 1)) + minuteMs
    changes.push(...episode(at, 1))
  }
  return changes
}

describe('with the truth known, over 80 histories of openings by chance', () => {
  const applied = start + 3 * dayMs
  const seeds = Array.from({ length: 80 }, (_, seed) => seed)
  const compare = (seed: number, perHour: number) => {
    const random = createSeededRandom(seed)
    const before = openings(random, start, 3, 1)
    const since = openings(random, applied, 1, perHour)
    return compareMoments(
      'wrongly_open_share',
      openForNothing(before, { from: start, to: applied }, 1),
      openForNothing(since, { from: applied, to: applied + dayMs }, 1),
    )!
  }
  const isZeroWithin = (seed: number, perHour: number) => {
    const [low, high] = intervalOf(compare(seed, perHour), 0.95)
    return low <= 0 && 0 <= high
  }

  test('the interval of a change that does nothing holds zero about as often as it says', () => {
    const held = seeds.filter(seed => isZeroWithin(seed, 1)).length
    expect(held / seeds.length).toBeGreaterThan(0.88)
    expect(held / seeds.length).toBeLessThanOrEqual(1)
  })

  test('a fifth of the openings is found', () => {
    const found = seeds.filter(seed => !isZeroWithin(seed, 0.2)).length
    expect(found / seeds.length).toBeGreaterThan(0.9)
  })
})
