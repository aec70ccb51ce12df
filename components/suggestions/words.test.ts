import { expect, test } from 'vitest'
import { effectName } from './words.ts'

test('an effect is named by its measure, and by what it is told of when that is a part', () => {
  const of = { kind: 'instance' as const, id: 'text/a', name: 'instance a of Text' }
  expect(effectName({ measure: 'latency_p95' })).toBe('Latency, 95 of 100')
  expect(effectName({ measure: 'wait_mean', of })).toBe('Wait, mean · instance a of Text')
  expect(effectName({ measure: 'full_throughput', of })).toBe('Throughput when full · instance a of Text')
  expect(effectName({ measure: 'retries_per_hour', errorCode: 'HTTP_501' })).toBe('Retries per hour after HTTP_501')
})
