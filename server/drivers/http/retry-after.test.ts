import { expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const now = Date.parse('2026-11-21T12:00:00Z')

it.each([
  ['5', 5_000],
  [' 5 ', 5_000],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Saturday, 21-Nov-26 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['Sun, 22 Nov 2099 12:00:00 GMT', 86_400_000],
])('Retry-After "%s" means %i ms', (header, waitMs) => {
  expect(parseRetryAfter(header, now)).toBe(waitMs)
})

it.each([undefined, '', '-1', '1.5', 'soon', '2026-11-21T12:00:30Z', 'Xyz, nonsense GMT'])(
  'Retry-After "%s" means nothing',
  header => {
    expect(parseRetryAfter(header, now)).toBeNull()
  },
)
