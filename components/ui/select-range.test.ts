import { expect, test } from 'vitest'
import { selectRange } from './select-range.ts'

const ids = ['a', 'b', 'c', 'd', 'e']

test('a click chooses, another one takes back', () => {
  const once = selectRange(new Set(), ids, null, 'b')
  expect([...once]).toEqual(['b'])
  expect([...selectRange(once, ids, null, 'b')]).toEqual([])
})

test('a range is chosen in either direction, with what was chosen before', () => {
  expect([...selectRange(new Set(['a', 'b']), ids, 'b', 'd')].sort()).toEqual(['a', 'b', 'c', 'd'])
  expect([...selectRange(new Set(['d']), ids, 'd', 'b')].sort()).toEqual(['b', 'c', 'd'])
})

test('a range that ends on a chosen one is taken back', () => {
  expect([...selectRange(new Set(ids), ids, 'b', 'd')].sort()).toEqual(['a', 'e'])
})

test('a range from a row that is gone chooses the one row', () => {
  expect([...selectRange(new Set(), ids, 'gone', 'c')]).toEqual(['c'])
})
