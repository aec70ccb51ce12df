import { expect, test } from 'vitest'
import { describeDuration } from './describe-duration.ts'

test.each([
  [250, '250 ms'],
  [60_000, '60 s'],
  [1_500, '1.5 s'],
  [150_000, '2.5 min'],
  [86_400_000, '24 h'],
])('%d ms reads as %s', (durationMs, words) => {
  expect(describeDuration(durationMs)).toBe(words)
})
