import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../contracts/common.ts'
import { QuarterdeckError } from './errors.ts'
import { toStorableJson } from './json-limits.ts'

const roomy = { bytes: 1_000_000, depth: 64 }

function codeOf(value: unknown, limits = roomy): string {
  try {
    return toStorableJson(value, 'payload', limits)
  } catch (error) {
    if (error instanceof QuarterdeckError) return error.code
    throw error
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length
const nested = (depth: number): Json => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

describe('size', () => {
  test.each([
    ['ASCII', 'a'],
    ['two bytes each', 'é'],
    ['three bytes each', '語'],
    ['four bytes each', '😀'],
    ['escaped by JSON', '\n'],
  ])('is counted in UTF-8 bytes of the JSON text: %s', (_what, character) => {
    const value = { text: character.repeat(100) }
    const bytes = bytesOf(JSON.stringify(value))
    expect(codeOf(value, { bytes, depth: 64 })).toBe(JSON.stringify(value))
    expect(codeOf(value, { bytes: bytes - 1, depth: 64 })).toBe('PAYLOAD_TOO_LARGE')
  })

  test('a value of 10 MB is refused, with its size and the limit', () => {
    const call = () => toStorableJson('x'.repeat(10_000_000), 'payload', { bytes: 262_144, depth: 64 })
    expect(call).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE', details: { bytes: 10_000_002, limit: 262_144 } }),
    )
  })
})

describe('depth', () => {
  test('a value as deep as the limit is taken, one level more is not, be it arrays or objects', () => {
    expect(codeOf(nested(64))).toBe(JSON.stringify(nested(64)))
    expect(codeOf(nested(65))).toBe('PAYLOAD_TOO_DEEP')
    const inObjects = (levels: number): Json => (levels === 0 ? 1 : { inner: inObjects(levels - 1) })
    expect(codeOf(inObjects(64))).not.toBe('PAYLOAD_TOO_DEEP')
    expect(codeOf(inObjects(65))).toBe('PAYLOAD_TOO_DEEP')
  })

  test('nesting that would exhaust the stack is refused like any other', () => {
    const levels = 1_000_000
    let value: Json = []
    for (let level = 1; level < levels; level++) value = [value]
    expect(codeOf(value)).toBe('PAYLOAD_TOO_DEEP')
  })

  test('is that of the deepest branch', () => {
    const depthOf = (value: Json): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(6), (value, depth) => {
        const isTooDeep = codeOf(value, { bytes: 1_000_000, depth }) === 'PAYLOAD_TOO_DEEP'
        expect(isTooDeep).toBe(depthOf(value as Json) > depth)
      }),
    )
  })
})

describe('text', () => {
  test.each([
    ['NUL in a text', { a: ['x\0y'] }],
    ['NUL in a key', { 'a\0': 1 }],
    ['half a pair in a text', '\ud800'],
    ['the other half', ['\udc00']],
    ['half a pair in a key', { '\udbff': 1 }],
    ['halves in the wrong order', '\udc00\ud800'],
  ])('that cannot be stored is refused: %s', (_what, value) => {
    expect(codeOf(value)).toBe('PAYLOAD_NOT_STORABLE')
  })

  test.each([
    ['whole pairs', '😀'],
    ['the written-out escape of NUL', '\\u0000'],
    ['the written-out escape of half a pair', '\\ud800'],
    ['other control characters', '\u0001\u001f\u007f'],
  ])('that only looks like it is taken: %s', (_what, value) => {
    expect(JSON.parse(codeOf(value))).toBe(value)
  })
})

test('nothing at all is refused, null is taken', () => {
  expect(codeOf(undefined)).toBe('PAYLOAD_NOT_STORABLE')
  expect(codeOf(null)).toBe('null')
})

test('a key named __proto__ is data like any other and changes no prototype', () => {
  const text = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}'
  expect(codeOf(JSON.parse(text))).toBe(text)
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
})

test('whatever is taken is the same after being read back', () => {
  const values = fc.jsonValue({
    maxDepth: 5,
    stringUnit: fc.constantFrom('a', 'é', '語', '😀', '\\', '"', '\0', '\ud83d', '\ude00'),
  })
  fc.assert(
    fc.property(values, value => {
      const text = codeOf(value)
      if (text === 'PAYLOAD_NOT_STORABLE') {
        expect(JSON.stringify(value)).toMatch(/\\u0000|\\ud[89a-f]/)
      } else {
        expect(text).toBe(JSON.stringify(value))
      }
    }),
  )
})
