import { expect, test } from 'vitest'
import { childTraceparent, isTraceparent, traceIdOf } from './trace-context.ts'

const id = '019ab0c4-5f0e-7c3a-9d52-0c8f5a1e7b20'
const given = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'

test('a call is a child span of its submitter’s trace, with its sampling decision', () => {
  expect(childTraceparent({ id, traceparent: given }, '00f067aa0ba902b7')).toBe(
    '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00',
  )
})

test('a task without one has a trace of its own, which all its calls share', () => {
  expect(traceIdOf({ id, traceparent: null })).toBe('019ab0c45f0e7c3a9d520c8f5a1e7b20')
  expect(childTraceparent({ id, traceparent: null }, '00f067aa0ba902b7')).toBe(
    '00-019ab0c45f0e7c3a9d520c8f5a1e7b20-00f067aa0ba902b7-01',
  )
})

test.each([
  ['', false],
  [given, true],
  [given.toUpperCase(), false],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', false],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', false],
  ['01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', false],
  [`${given}-extra`, false],
])('%j can be carried on: %s', (text, isValid) => {
  expect(isTraceparent(text)).toBe(isValid)
})
