import { expect, test } from 'vitest'
import { fieldOf, firstValues, toTypeRetry, typeRetrySchema, valuesOf } from './retry-form.ts'

test('a policy survives the way through the fields, with and without a total limit', () => {
  for (const totalTimeoutMs of ['', '600000']) {
    const values = { ...firstValues, type: 'report.write', retryOn: 'timeout, HTTP_409', totalTimeoutMs }
    const { type, policy } = typeRetrySchema.parse(toTypeRetry(values))
    expect(policy.totalTimeoutMs).toBe(totalTimeoutMs === '' ? undefined : 600_000)
    expect(policy.retryOn).toEqual(['timeout', 'HTTP_409'])
    expect(valuesOf(type, policy)).toEqual(values)
  }
})

test('what is wrong is placed at its field', () => {
  const read = typeRetrySchema.safeParse(toTypeRetry({ ...firstValues, type: 'x', baseMs: 'soon', retryOn: 'a b!' }))
  const fields = read.error?.issues.map(({ path }) => fieldOf(path.join('.').replace(/\.(\d+)$/, '[$1]')))
  expect(fields).toEqual(['baseMs', 'retryOn'])
})
