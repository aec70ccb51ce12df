import { expect, test } from 'vitest'
import { evenMoments } from './even-moments.ts'

test('moments that are some milliseconds off are exactly a step apart', () => {
  expect(evenMoments([10_004, 11_093, 11_998, 13_001], 1_000)).toEqual([10_000, 11_000, 12_000, 13_000])
})

test('a late one takes no place of the next', () => {
  expect(evenMoments([10_002, 11_700, 12_003, 13_002], 1_000)).toEqual([10_000, 12_000, 13_000, 14_000])
})

test('where some are missing the gap stays', () => {
  expect(evenMoments([10_000, 40_001, 41_002], 1_000)).toEqual([10_000, 40_000, 41_000])
})
