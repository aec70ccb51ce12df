import { expect, test } from 'vitest'
import { passwordSchema } from '#server/contracts/people.ts'
import { generatePassword } from './generate-password.ts'

const random = (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes)

test('a password that is made up is accepted as one and never the same', () => {
  const made = Array.from({ length: 200 }, () => generatePassword(random))
  for (const password of made) expect(passwordSchema.safeParse(password).success).toBe(true)
  expect(new Set(made).size).toBe(200)
})

test('bytes that would favour some characters are thrown away', () => {
  let calls = 0
  const password = generatePassword(bytes => {
    bytes.fill(calls++ === 0 ? 255 : 1)
  })
  expect(calls).toBe(2)
  expect(password).toBe('b'.repeat(20))
})
