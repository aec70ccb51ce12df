import { describe, expect, test } from 'vitest'
import { listEventsInput } from '#server/contracts/events.ts'
import { rangeProblem, toMoments } from './time-range.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')

describe('a range of time in an address', () => {
  test('that is relative ends now and goes before two moments', () => {
    const range = { range: '15m', from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' } as const
    expect(toMoments(range, now)).toEqual({ from: '2026-11-21T11:45:00.000Z' })
  })

  test('may be open at either end, and what is no moment is left out', () => {
    expect(toMoments({ range: null, from: '2026-11-21T10:00:00+02:00', to: 'tomorrow' }, now)).toEqual({
      from: '2026-11-21T08:00:00.000Z',
    })
    expect(toMoments({ range: null, from: null, to: '2026-11-21T10:00:00Z' }, now)).toEqual({
      to: '2026-11-21T10:00:00.000Z',
    })
  })

  test('is wrong for the reader exactly when the server refuses it', () => {
    const moments = ['2026-11-21T10:00:00.000Z', '2026-11-21T10:00:00.001Z', '2026-11-21T09:00:00.000Z'] as const
    for (const from of moments) {
      for (const to of moments) {
        expect(rangeProblem({ from, to }) === null).toBe(listEventsInput.safeParse({ from, to }).success)
      }
    }
  })
})
