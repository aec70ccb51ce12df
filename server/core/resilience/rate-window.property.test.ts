import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateWindow } from './rate-window.ts'

const spanMs = 1_000

test('counts every call of the last nine tenths of its span and none that is older than its span', () => {
  const call = fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), isHit: fc.boolean() })
  fc.assert(
    fc.property(fc.nat(5_000), fc.array(call, { maxLength: 200 }), (startMs, calls) => {
      const window = new RateWindow(spanMs)
      const seen: { at: number; isHit: boolean }[] = []
      let now = startMs
      for (const { afterMs, isHit } of calls) {
        now += afterMs
        window.record(now, isHit)
        seen.push({ at: now, isHit })
        const within = (ms: number) => seen.filter(({ at }) => at > now - ms)
        expect(window.calls).toBeGreaterThanOrEqual(within(spanMs * 0.9).length)
        expect(window.calls).toBeLessThanOrEqual(within(spanMs).length)
        expect(window.hits).toBeGreaterThanOrEqual(within(spanMs * 0.9).filter(each => each.isHit).length)
        expect(window.hits).toBeLessThanOrEqual(within(spanMs).filter(each => each.isHit).length)
      }
    }),
  )
})

test('a clock that is set back far begins anew instead of keeping what will count as new for long', () => {
  const window = new RateWindow(spanMs)
  window.record(1_000_000, true)
  window.record(500_000, false)
  expect([window.calls, window.hits]).toEqual([1, 0])
})
