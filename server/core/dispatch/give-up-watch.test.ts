import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { buildInstance, buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import type { StopReason } from '../queue/running-tasks.ts'
import { silentLogger } from '../shared/logger.ts'
import { GiveUpWatch, type GiveUpWatchOptions } from './give-up-watch.ts'

type Executing = ReturnType<GiveUpWatchOptions['executing']>

function stage() {
  const clock = new FakeClock()
  const module = buildModule('m', { instances: [buildInstance('a'), buildInstance('b')] })
  const fleet = new FakeFleet(module, buildModule('n'))
  const stopped: string[] = []
  const running = [
    { id: 'on a', module: 'm', instance: 'a' },
    { id: 'on b', module: 'm', instance: 'b' },
    { id: 'on n', module: 'n', instance: 'n-1' },
  ].map(({ id, module: moduleId, instance }) => ({
    task: { id, tenantId: 'default' },
    call: { route: { module: { id: moduleId }, instance: { id: instance } } },
    stop: ({ kind }: StopReason) => void stopped.push(`${id}: ${kind}`),
  }))
  const open = () =>
    new GiveUpWatch({ catalog: fleet, executing: () => running as unknown as Executing, clock, logger: silentLogger })
  const out = (afterMs: number | null) => ({
    reason: 'x',
    by: 'Ann',
    at: clock.now(),
    giveUpAt: afterMs === null ? null : clock.now() + afterMs,
  })
  return { clock, module, fleet, stopped, open, out }
}

test('calls of a disabled module go on until their time is over, and are then given up; those of others are not', async () => {
  const { clock, module, fleet, stopped, open, out } = stage()
  open().start()
  fleet.put({ ...module, enabled: false, disabled: out(5_000) })
  await clock.advance(4_999)
  expect(stopped).toEqual([])
  await clock.advance(1)
  expect(stopped).toEqual(['on a: drained', 'on b: drained'])
})

test('of an instance out of rotation only its own calls are given up', async () => {
  const { clock, module, fleet, stopped, open, out } = stage()
  open().start()
  const [a, b] = module.instances
  fleet.put({ ...module, instances: [{ ...a!, out: { ...out(1_000), deploymentId: null } }, b!] })
  await clock.advance(1_000)
  expect(stopped).toEqual(['on a: drained'])
})

test('without a time, or put back before it, nothing is given up', async () => {
  const { clock, module, fleet, stopped, open, out } = stage()
  open().start()
  fleet.put({ ...module, enabled: false, disabled: out(null) })
  await clock.advance(3_600_000)
  fleet.put({ ...module, enabled: false, disabled: out(5_000) })
  await clock.advance(1_000)
  fleet.put(module)
  await clock.advance(3_600_000)
  expect(stopped).toEqual([])
})

test('the time holds after a restart, and no timer is left after a stop', async () => {
  const { clock, module, fleet, stopped, open, out } = stage()
  fleet.put({ ...module, enabled: false, disabled: out(5_000) })
  const first = open()
  first.start()
  first.stop()
  expect(clock.pendingTimers).toBe(0)
  await clock.advance(2_000)
  open().start()
  await clock.advance(3_000)
  expect(stopped).toEqual(['on a: drained', 'on b: drained'])
})
