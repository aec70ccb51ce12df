import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { RateBudget } from './rate-budget.ts'

test('over any time, no more is done than the rate allows, plus half a second of it once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 40 }),
      async (perSecond, pauses) => {
        const clock = new FakeClock()
        const budget = new RateBudget(perSecond, clock)
        const begunAt = clock.now()
        let done = 0
        for (const pause of pauses) {
          await clock.advance(pause)
          const count = budget.available()
          budget.spend(count)
          done += count
          const seconds = (clock.now() - begunAt) / 1_000
          expect(done).toBeLessThanOrEqual(perSecond * (seconds + 0.5) + 1)
        }
      },
    ),
  )
})

test('a job looked at four times a second reaches its rate', async () => {
  const clock = new FakeClock()
  const budget = new RateBudget(20, clock)
  let done = 0
  for (let look = 0; look < 40; look++) {
    await clock.advance(250)
    const count = budget.available()
    budget.spend(count)
    done += count
  }
  expect(done).toBeGreaterThanOrEqual(200)
})
