import { expect, test } from 'vitest'
import { requireSupportedVersion } from './require-supported-version.ts'

test('PostgreSQL 14 is refused by name, 15 and 18 are accepted', () => {
  expect(() => requireSupportedVersion(140_022)).toThrow(
    'The database is PostgreSQL 14; Quarterdeck needs PostgreSQL 15',
  )
  expect(() => requireSupportedVersion(150_000)).not.toThrow()
  expect(() => requireSupportedVersion(180_004)).not.toThrow()
})
