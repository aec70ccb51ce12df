import { expect, test } from 'vitest'
import { describeDuration, describeSetDuration } from './describe-duration.ts'

test.each([
  [250, '250 ms'],
  [60_000, '60 s'],
  [1_500, '1.5 s'],
  [150_000, '2.5 min'],
  [86_400_000, '24 h'],
])('%d ms reads as %s', (durationMs, words) => {
  expect(describeDuration(durationMs)).toBe(words)
})

test.each([
  [0, '0 ms'],
  [1_900, '1900 ms'],
  [30_000, '30 s'],
  [90_000, '90 s'],
  [300_000, '5 min'],
  [7_200_000, '2 h'],
])('a set length of %d ms is told to the millisecond: %s', (ms, words) => {
  expect(describeSetDuration(ms)).toBe(words)
})
