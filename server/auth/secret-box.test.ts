import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { newModuleSecret } from './module-secret.ts'
import { createSecretBox } from './secret-box.ts'

const box = createSecretBox(randomBytes(32))

test('what was sealed is opened again, and two sealings of one secret differ', () => {
  const sealed = [box.seal('whsec_Zażółć'), box.seal('whsec_Zażółć')]
  expect(sealed.map(each => box.open(each))).toEqual(['whsec_Zażółć', 'whsec_Zażółć'])
  expect(sealed[0]).not.toBe(sealed[1])
})

test('any change to what was sealed is noticed', () => {
  const sealed = box.seal('whsec_secret')
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes)
    changed[index]! ^= 1
    expect(() => box.open(`v1.${changed.toString('base64url')}`)).toThrow('another key')
  }
})

test('another key does not open it, and what was never sealed is said to be so', () => {
  expect(() => createSecretBox(randomBytes(32)).open(box.seal('x'))).toThrow('another key')
  for (const text of ['', 'whsec_plain', 'v1.', 'v2.AAAA', 'v1.AAAA']) {
    expect(() => box.open(text)).toThrow('not a sealed secret')
  }
})

test('a key of another length than 32 bytes is refused', () => {
  expect(() => createSecretBox(randomBytes(16))).toThrow('32 bytes')
})

test('a new module secret is a Standard Webhooks secret of 32 random bytes', () => {
  const [first, second] = [newModuleSecret(), newModuleSecret()]
  expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(first).not.toBe(second)
})
