import { expect, test } from 'vitest'
import { compareNames } from './compare-names.ts'

test('names are ordered as people do: figures by value, case and accents aside', () => {
  const names = ['Zoo', 'module 10', 'Éclair', 'Module 9', 'Ebb', 'http://127.0.0.1:8000', 'http://127.0.0.1:900']
  expect(names.toSorted(compareNames)).toEqual([
    'Ebb',
    'Éclair',
    'http://127.0.0.1:900',
    'http://127.0.0.1:8000',
    'Module 9',
    'module 10',
    'Zoo',
  ])
  expect(compareNames('Same', 'same')).toBe(0)
})
