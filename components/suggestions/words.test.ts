import { expect, test } from 'vitest'
import { comparedWords, decidingWords, effectName } from './words.ts'

test('an effect is named by its measure, and by what it is told of when that is a part', () => {
  const of = { kind: 'instance' as const, id: 'text/a', name: 'instance a of Text' }
  expect(effectName({ measure: 'latency_p95' })).toBe('Latency, 95 of 100')
  expect(effectName({ measure: 'wait_mean', of })).toBe('Wait, mean · instance a of Text')
  expect(effectName({ measure: 'full_throughput', of })).toBe('Throughput when full · instance a of Text')
  expect(effectName({ measure: 'retries_per_hour', errorCode: 'HTTP_501' })).toBe('Retries per hour after HTTP_501')
})

test('a verdict says how much of the work was compared, and which part of it was read', () => {
  const verdict = { matchedShare: 0.8, readShares: { before: 1, after: 1 } } as Parameters<typeof comparedWords>[0]
  expect(comparedWords(verdict)).toMatch(/^Of the tasks since, 80 % have a counterpart.+ mix of those since\.$/)
  expect(comparedWords({ ...verdict, readShares: { before: 0.05, after: 1 } })).toContain(
    '5 % of those before and 100 % of those since were read',
  )
  expect(comparedWords({ ...verdict, matchedShare: null })).toBe('')
})

test('a verdict explains a difference that was found none though its interval leaves out zero, and nothing else', () => {
  const unsure = { found: 'no_difference' as const, low: -1_700, high: -4.9 }
  expect(decidingWords([unsure])).toMatch(/^A difference counts only when it is as sure for all measures together/)
  expect(decidingWords([{ ...unsure, high: 4.9 }])).toBe('')
  expect(decidingWords([{ ...unsure, found: 'better' }])).toBe('')
})
