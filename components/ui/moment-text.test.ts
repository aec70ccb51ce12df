import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromFieldText, toFieldText } from './moment-text.ts'

const wholeSeconds = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map(date => new Date(Math.floor(date.getTime() / 1_000) * 1_000).toISOString())

test.each(['utc', 'local'] as const)('a moment survives the way through a field in %s time', zone => {
  fc.assert(
    fc.property(wholeSeconds, iso => {
      const text = toFieldText(iso, zone)
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
      expect(fromFieldText(text, zone)).toBe(iso)
    }),
  )
})

test('what is no moment becomes an empty field, and an empty field no moment', () => {
  expect(toFieldText('soon', 'utc')).toBe('')
  expect(toFieldText(null, 'local')).toBe('')
  expect(fromFieldText('', 'utc')).toBeNull()
  expect(fromFieldText('soon', 'local')).toBeNull()
})

test('a field without seconds is read too', () => {
  expect(fromFieldText('2026-11-21T14:03', 'utc')).toBe('2026-11-21T14:03:00.000Z')
})
