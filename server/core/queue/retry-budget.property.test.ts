import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { RetryBudget } from './retry-budget.ts'

const start = (seed = 1) => {
  const clock = new FakeClock()
  return { clock, budget: new RetryBudget({ clock, random: createSeededRandom(seed) }) }
}
const retry = { usualMs: 1_000, leftMs: 300_000 }

describe('the retry budget of a module', () => {
  test('within a tenth of the recent calls every retry waits as long as its policy says', () => {
    const { clock, budget } = start()
    for (let call = 0; call < 1_000; call++) budget.countCall('t', 'm')
    for (let count = 0; count < 100; count++) expect(budget.delayMs('t', 'm', retry)).toBe(1_000)
    expect(budget.delayMs('t', 'm', retry)).toBeGreaterThan(1_000)
    expect(budget.views('t')).toEqual([
      {
        moduleId: 'm',
        calls: 1_000,
        retries: 101,
        allowed: 100,
        heldBack: 1,
        heldBackSince: new Date(clock.now()).toISOString(),
      },
    ])
  })

  test('a module with few calls may always be tried again a few times a minute', () => {
    const { budget } = start()
    for (let count = 0; count < 10; count++) expect(budget.delayMs('t', 'm', retry)).toBe(1_000)
    expect(budget.delayMs('t', 'm', retry)).toBeGreaterThan(1_000)
  })

  test('is forgotten after a minute, and is nobody else’s', async () => {
    const { clock, budget } = start()
    for (let count = 0; count < 50; count++) budget.delayMs('t', 'm', retry)
    expect(budget.delayMs('t', 'other', retry)).toBe(1_000)
    expect(budget.delayMs('another', 'm', retry)).toBe(1_000)
    await clock.advance(60_000)
    expect(budget.views('t')).toEqual([])
    expect(budget.delayMs('t', 'm', retry)).toBe(1_000)
  })

  test('a storm comes back spread out: no second takes more than a small part of it', () => {
    const { budget } = start(7)
    const perSecond = new Map<number, number>()
    for (let call = 0; call < 2_000; call++) {
      budget.countCall('t', 'm')
      const second = Math.floor(budget.delayMs('t', 'm', retry) / 1_000)
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
    }
    const beyond = [...perSecond].filter(([second]) => second > 1).map(([, count]) => count)
    expect(Math.max(...beyond)).toBeLessThan(2_000 / 20)
    expect([...perSecond.values()].reduce((sum, count) => sum + count)).toBe(2_000)
  })

  test('whatever happens, a retry never waits less than usual, and never so long that its time runs out for it', () => {
    const moments = fc.array(
      fc.record({
        passMs: fc.integer({ min: 0, max: 20_000 }),
        calls: fc.integer({ min: 0, max: 50 }),
        retries: fc.integer({ min: 0, max: 50 }),
        usualMs: fc.integer({ min: 0, max: 30_000 }),
        leftMs: fc.integer({ min: -1_000, max: 400_000 }),
      }),
      { maxLength: 12 },
    )
    return fc.assert(
      fc.asyncProperty(moments, fc.nat(), async (given, seed) => {
        const { clock, budget } = start(seed)
        for (const { passMs, calls, retries, usualMs, leftMs } of given) {
          await clock.advance(passMs)
          for (let call = 0; call < calls; call++) budget.countCall('t', 'm')
          for (let count = 0; count < retries; count++) {
            const delayMs = budget.delayMs('t', 'm', { usualMs, leftMs })
            expect(Number.isInteger(delayMs)).toBe(true)
            expect(delayMs).toBeGreaterThanOrEqual(usualMs)
            expect(delayMs).toBeLessThanOrEqual(Math.max(usualMs, leftMs))
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})
