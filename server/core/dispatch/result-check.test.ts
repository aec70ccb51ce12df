import { expect, test } from 'vitest'
import { createSchemaCompiler } from '#server/composition/schema-compiler.ts'
import type { DriverOutcome } from '../queue/driver.ts'
import { createResultCheck } from './result-check.ts'

const outputSchema = { type: 'object', required: ['words'], properties: { words: { type: 'integer' } } }
const counter = {
  id: 'counter',
  capabilities: [
    { type: 'words.count', inputSchema: null, outputSchema, isPreemptible: false },
    { type: 'words.guess', inputSchema: null, outputSchema: null, isPreemptible: false },
  ],
}
const check = createResultCheck(createSchemaCompiler())
const succeeded = (result: object): DriverOutcome => ({ kind: 'succeeded', result: result as never })

test('a result that fits the output schema is left as it is', () => {
  const outcome = succeeded({ words: 3 })
  expect(check(counter, 'words.count', outcome)).toBe(outcome)
})

test('one that does not is a failure that says what is wrong, and another module may be tried', () => {
  expect(check(counter, 'words.count', succeeded({ words: 'three' }))).toEqual({
    kind: 'failed',
    code: 'RESULT_SCHEMA_MISMATCH',
    message: expect.stringMatching(/^The result of counter does not fit its output schema: .*words/),
    retryable: true,
  })
})

test('without an output schema any result will do, and failures stay what they are', () => {
  const anything = succeeded({})
  const failure: DriverOutcome = { kind: 'failed', code: 'HTTP_500', message: 'no', retryable: true }
  expect(check(counter, 'words.guess', anything)).toBe(anything)
  expect(check(counter, 'words.count', failure)).toBe(failure)
})
