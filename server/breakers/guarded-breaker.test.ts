import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { failing, fakeGlobalTime, globalClock, passTime, startedCall, testConfig } from './board-harness.ts'
import { GuardedBreaker } from './guarded-breaker.ts'
import { BucketRotation } from './opossum-engine.ts'

beforeEach(fakeGlobalTime)
afterEach(() => {
  vi.useRealTimers()
})

test('a retired breaker holds no circuit, also when a probe of it ends later', async () => {
  const rotation = new BucketRotation()
  const breaker = new GuardedBreaker({
    identity: {
      moduleId: 'summaries',
      moduleName: 'Summaries',
      instanceId: 'summaries-1',
      endpoint: 'http://127.0.0.1:4001',
    },
    config: { ...testConfig, failureThreshold: 1, successThreshold: 1 },
    clock: globalClock,
    rotation,
    onTransition: () => {},
    probes: { enter: () => null, leave: () => {} },
  })
  await breaker.call(failing)
  await passTime(60_000)
  const probe = startedCall()
  const result = breaker.call(probe.guarded)
  expect(rotation.emitter.listenerCount('rotate')).toBe(1)
  breaker.retire()
  probe.resolve('done')
  expect(await result).toEqual({ kind: 'completed', value: 'done' })
  expect(rotation.emitter.listenerCount('rotate')).toBe(0)
})
