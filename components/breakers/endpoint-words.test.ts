import { expect, it } from 'vitest'
import { hostOf, tailOf } from './endpoint-words.ts'

it('tells instances apart by host and port, in short by the port or else the first part of the host', () => {
  expect(hostOf('http://127.0.0.1:4000/base')).toBe('127.0.0.1:4000')
  expect(tailOf('http://127.0.0.1:4000/base')).toBe(':4000')
  expect(tailOf('https://gpu-3.internal.example')).toBe('gpu-3')
  expect(tailOf('not an address')).toBe('not an address')
})
