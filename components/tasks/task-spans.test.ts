import { describe, expect, test } from 'vitest'
import { spansOf } from './task-spans.ts'

const at = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString()
const now = 1_800_000_000_900

describe('how long a task waited and ran', () => {
  test('from acceptance to its first start, and from there to its end', () => {
    expect(spansOf({ createdAt: at(0), startedAt: at(40), finishedAt: at(100) }, now)).toEqual({
      waitMs: 40,
      runMs: 60,
    })
  })

  test('is given so far while it is not over', () => {
    expect(spansOf({ createdAt: at(0), startedAt: null, finishedAt: null }, now)).toEqual({ waitMs: 900, runMs: null })
    expect(spansOf({ createdAt: at(0), startedAt: at(100), finishedAt: null }, now)).toEqual({
      waitMs: 100,
      runMs: 800,
    })
  })

  test('is unknown without the present time while it is not over', () => {
    expect(spansOf({ createdAt: at(0), startedAt: null, finishedAt: null })).toEqual({ waitMs: null, runMs: null })
    expect(spansOf({ createdAt: at(0), startedAt: at(100), finishedAt: null })).toEqual({ waitMs: 100, runMs: null })
  })

  test('a task that ended without a start neither waited for one nor ran', () => {
    expect(spansOf({ createdAt: at(0), startedAt: null, finishedAt: at(5) }, now)).toEqual({
      waitMs: null,
      runMs: null,
    })
  })

  test('clocks that disagree never make a negative span', () => {
    expect(spansOf({ createdAt: at(5), startedAt: at(0), finishedAt: at(0) }, now)).toEqual({ waitMs: 0, runMs: 0 })
  })
})
