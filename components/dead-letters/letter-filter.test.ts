import { expect, test } from 'vitest'
import { type LetterSearch, toLetterFilter, toStates } from './letter-filter.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)
const nothing: LetterSearch = {
  state: 'open',
  type: '',
  module: '',
  q: '',
  range: null,
  from: null,
  to: null,
  cause: '',
}

test('an empty search asks for everything', () => {
  expect(toLetterFilter(nothing, nowMs)).toEqual({})
})

test('every part of a search is asked for, a range as the moment it began', () => {
  const search: LetterSearch = {
    ...nothing,
    type: 'text.summarize',
    module: 'summarizer-fast',
    q: ' timeout ',
    range: '1h',
    cause: '0123456789abcdef',
  }
  expect(toLetterFilter(search, nowMs)).toEqual({
    type: 'text.summarize',
    moduleId: 'summarizer-fast',
    q: 'timeout',
    from: '2026-11-21T11:00:00.000Z',
    fingerprint: '0123456789abcdef',
  })
})

test('what the server would refuse is left out', () => {
  const search = { ...nothing, type: 'No Type', module: '../x', cause: 'xyz', from: 'yesterday' }
  expect(toLetterFilter(search, nowMs)).toEqual({})
})

test('all states are asked for by naming none', () => {
  expect([toStates('open'), toStates('all')]).toEqual([['open'], []])
})
