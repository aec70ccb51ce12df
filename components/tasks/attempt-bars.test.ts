import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttemptView } from '#server/contracts/tasks.ts'
import { scaleAttempts, ticksOf } from './attempt-bars.ts'

const origin = 1_800_000_000_000
const at = (ms: number) => new Date(origin + ms).toISOString()

function attempt(number: number, times: [number, number, number, number | null]): AttemptView {
  const [enqueued, claimed, dispatched, ended] = times
  return {
    number,
    moduleId: 'm',
    instanceId: 'i',
    outcome: ended === null ? 'running' : 'succeeded',
    error: null,
    enqueuedAt: at(enqueued),
    claimedAt: at(claimed),
    dispatchedAt: at(dispatched),
    endedAt: ended === null ? null : at(ended),
    costUsd: 0,
    decision: null,
  }
}

describe('attempts on a scale of time', () => {
  test('an attempt is queued, then claimed, then running, to the millisecond', () => {
    const { bars, totalMs } = scaleAttempts({
      createdAt: at(0),
      finishedAt: at(50),
      attempts: [attempt(1, [0, 12, 15, 50])],
      now: origin + 9_000,
    })
    expect(totalMs).toBe(50)
    expect(bars[0]?.segments).toEqual([
      { kind: 'queued', startMs: 0, endMs: 12 },
      { kind: 'claimed', startMs: 12, endMs: 15 },
      { kind: 'running', startMs: 15, endMs: 50 },
    ])
  })

  test('an attempt that is not over reaches until now, and so does the scale', () => {
    const { bars, totalMs } = scaleAttempts({
      createdAt: at(0),
      finishedAt: null,
      attempts: [attempt(1, [0, 1, 2, null])],
      now: origin + 700,
    })
    expect(totalMs).toBe(700)
    expect(bars[0]?.segments[2]?.endMs).toBe(700)
  })

  test('whatever the clocks say, stretches follow each other within the scale', () => {
    const time = fc.integer({ min: -1_000, max: 100_000 })
    fc.assert(
      fc.property(fc.array(fc.tuple(time, time, time, fc.option(time)), { maxLength: 6 }), time, (times, now) => {
        const { bars, totalMs } = scaleAttempts({
          createdAt: at(0),
          finishedAt: null,
          attempts: times.map((each, index) => attempt(index + 1, each)),
          now: origin + now,
        })
        expect(totalMs).toBeGreaterThan(0)
        for (const { segments } of bars) {
          for (const [index, { startMs, endMs }] of segments.entries()) {
            expect(startMs).toBeGreaterThanOrEqual(index === 0 ? 0 : (segments[index - 1]?.endMs ?? 0))
            expect(endMs).toBeGreaterThanOrEqual(startMs)
            expect(endMs).toBeLessThanOrEqual(totalMs)
          }
        }
      }),
    )
  })
})

describe('marks on the scale', () => {
  test('are round and few', () => {
    expect(ticksOf(100, 5)).toEqual([0, 20, 40, 60, 80, 100])
    expect(ticksOf(37, 5)).toEqual([0, 10, 20, 30])
    expect(ticksOf(2_600, 5)).toEqual([0, 1_000, 2_000])
  })

  test('of any length begin at 0, never pass the end, and are at most six', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), totalMs => {
        const ticks = ticksOf(totalMs, 5)
        expect(ticks[0]).toBe(0)
        expect(ticks.length).toBeLessThanOrEqual(6)
        expect(ticks.at(-1)).toBeLessThanOrEqual(totalMs)
      }),
    )
  })
})
