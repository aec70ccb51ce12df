import { expect, test } from 'vitest'
import { setContextInput } from '#server/contracts/memory.ts'
import { FieldRefusal } from '../ui/contract-form.ts'
import { contextSpans, emptyContext, fieldOfContext, toContext } from './context-form.ts'

test('what the fields hold becomes the input, types from any list of words', () => {
  const values = { ...emptyContext, name: ' launch ', value: '{"a": 1}', taskTypes: 'text.judge, text.sum\n x' }
  expect(toContext(values)).toEqual({
    name: 'launch',
    value: { a: 1 },
    taskTypes: ['text.judge', 'text.sum', 'x'],
    ttlSeconds: 86_400,
  })
})

test.each([
  ['', 'is missing'],
  ['{"a": }', 'is not valid JSON'],
])('a value of %j is refused beside its field: %s', (value, problem) => {
  const refused = () => toContext({ ...emptyContext, name: 'x', value })
  expect(refused).toThrow(FieldRefusal)
  expect(refused).toThrow(problem)
})

test.each(contextSpans)('$label is a span that the contract takes', ({ value }) => {
  expect(setContextInput.safeParse(toContext({ ...emptyContext, name: 'x', ttlSeconds: value })).success).toBe(true)
})

test('a problem with one of the types is shown at the types', () => {
  expect(fieldOfContext('taskTypes[1]')).toBe('taskTypes')
  expect(fieldOfContext('name')).toBe('name')
})
