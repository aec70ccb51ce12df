import { expect, test } from 'vitest'
import { FakeClock } from '../../testing/fake-clock.ts'
import { CallQuota } from './call-quota.ts'

test('a caller who has used up its calls is refused until the first of them is a window old; others are not', async () => {
  const clock = new FakeClock()
  const quota = new CallQuota({ clock, calls: 2, windowMs: 60_000 })
  quota.spend('ann')
  await clock.advance(20_000)
  quota.spend('ann')
  expect(() => quota.spend('ann')).toThrow(
    expect.objectContaining({ code: 'RATE_LIMITED', details: { retryAfterMs: 40_000 } }),
  )
  quota.spend('ben')
  await clock.advance(40_000)
  quota.spend('ann')
  expect(() => quota.spend('ann')).toThrow(expect.objectContaining({ details: { retryAfterMs: 20_000 } }))
})
