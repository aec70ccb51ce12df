import { describe, expect, test } from 'vitest'
import { formatJson, readJsonText } from './json-text.ts'

describe('JSON as people type it', () => {
  test('nothing but blanks is empty, not broken', () => {
    expect(readJsonText('')).toEqual({ kind: 'empty' })
    expect(readJsonText(' \n\t')).toEqual({ kind: 'empty' })
  })

  test('any value is read, null and false too', () => {
    expect(readJsonText('null')).toEqual({ kind: 'value', value: null })
    expect(readJsonText(' false ')).toEqual({ kind: 'value', value: false })
    expect(readJsonText('{"a": [1]}')).toEqual({ kind: 'value', value: { a: [1] } })
  })

  test.each([
    ['{\n  "a": 1,\n  oops\n}', 3],
    ['{"a" 1}', 1],
    ['{\n  "a": [1,\n', 2],
  ])('what is broken says on which line: %j', (text, line) => {
    expect(readJsonText(text)).toMatchObject({ kind: 'broken', line })
  })

  test('short text may be refused without a line, as the engine does not say', () => {
    expect(readJsonText('[1,\n2,\n]').kind).toBe('broken')
  })

  test('what was formatted is read as the same value', () => {
    const value = { text: 'a\nb', list: [1, null, { deep: true }] }
    expect(readJsonText(formatJson(value))).toEqual({ kind: 'value', value })
  })
})
