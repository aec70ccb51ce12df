import { expect, test } from 'vitest'
import { describePattern, describeTrait, formatDifference } from './words.ts'

test('a pattern is a sentence with its support, its rates and its lift', () => {
  const numbers = { support: 40, hits: 20, rate: 0.5, baseRate: 0.2, lift: 2.5, pValue: 0.001, qValue: 0.01 }
  const pattern = {
    taskType: 't',
    effect: 'failure',
    trait: { kind: 'payload_value', field: 'lang', value: 'de' },
    ...numbers,
  } as const
  expect(describePattern(pattern)).toBe(
    'Calls with lang = "de" fail 2.5 times as often: 50 % of 40 calls, against 20 % of all.',
  )
  expect(describePattern({ ...pattern, effect: 'slowness', trait: { kind: 'attempt', number: 2 } })).toMatch(
    /^Calls that are attempt 2 are slow/,
  )
})

test('every trait can be told', () => {
  expect(describeTrait({ kind: 'payload_size', from: 65_536, to: null })).toBe('with a payload of 64.0 KiB or more')
  expect(describeTrait({ kind: 'payload_size', from: 0, to: 1_024 })).toBe('with a payload of 0 B to 1.0 KiB')
  expect(describeTrait({ kind: 'hour', hour: 4 })).toBe('from 4:00 to 4:59 UTC')
})

test('differences have a sign and the unit of their metric', () => {
  expect(formatDifference('success', 0.0312)).toBe('+3.1 pp')
  expect(formatDifference('time', -120)).toBe('−120 ms')
  expect(formatDifference('cost', 0.5)).toBe('+$0.50')
})
