import { beforeEach, describe, expect, test } from 'vitest'
import { settlePromises } from '#server/testing/fake-clock.ts'
import type { ClaimLane } from '../queue/task-store.ts'
import { DispatchHarness } from './testing/dispatch-harness.ts'
import type { FakeModule } from './testing/fake-fleet-ports.ts'

const busy = () => 'never' as const

/** Started, with nothing to claim; notes what is claimed from then on. */
async function idle(
  modules: FakeModule[],
  options: Omit<ConstructorParameters<typeof DispatchHarness>[0], 'modules'> = {},
): Promise<{ harness: DispatchHarness; claims: ClaimLane[][] }> {
  const harness = new DispatchHarness({ ...options, modules })
  const claims: ClaimLane[][] = []
  const claim = harness.tasks.claim.bind(harness.tasks)
  harness.tasks.claim = (lanes, limit, replicaId) => {
    claims.push([...lanes])
    return claim(lanes, limit, replicaId)
  }
  await harness.start()
  await harness.clock.advance(20)
  claims.length = 0
  return { harness, claims }
}

const typesCalled = (harness: DispatchHarness) => harness.driver.calls.map(call => call.type)

describe('a task that starts eagerly', () => {
  test('runs from its insert on, without a claim', async () => {
    const { harness, claims } = await idle([{ id: 'a', types: ['x'], slots: 2, answer: busy }])
    const tasks = await harness.submit('x', 2)
    await settlePromises()
    expect(await harness.statuses(tasks)).toEqual(['running', 'running'])
    expect(typesCalled(harness)).toEqual(['x', 'x'])
    expect(claims).toEqual([])
  })

  test('is among the first of its batch by the one order; the others are queued behind', async () => {
    const { harness } = await idle([{ id: 'a', types: ['x'], slots: 1, answer: busy }])
    const [late] = await harness.submit('x', 2)
    await harness.clock.advance(10)
    const [urgent] = await harness.submit('x', 1, { rank: 0 })
    await harness.cancel(late?.id ?? '', 'make room')
    await harness.clock.advance(50)
    expect(harness.driver.calls.map(call => call.taskId)).toEqual([late?.id, urgent?.id])
  })

  test('is held back by what a claim is held back by: a pause, the limit of its type, one who may not claim', async () => {
    const limits = { ofTenant: () => null, ofType: (_tenant: string, type: string) => (type === 'x' ? 1 : null) }
    const { harness } = await idle([{ id: 'a', types: ['x', 'y'], slots: 9, answer: busy }], { limits })
    harness.held.add('y')
    await harness.submit('y', 1)
    await harness.submit('x', 3)
    harness.mayClaim = false
    harness.held.clear()
    await harness.submit('y', 1)
    await settlePromises()
    expect(typesCalled(harness)).toEqual(['x'])
  })

  test('keeps its place while it is being inserted: two inserts at once get no more than there is room for', async () => {
    const { harness } = await idle([{ id: 'a', types: ['x'], slots: 3, answer: busy }])
    await harness.submit('x', 1)
    await Promise.all([harness.submit('x', 2), harness.submit('x', 2)])
    await settlePromises()
    expect(harness.dispatcher.running).toBe(3)
    const held = await harness.tasks.leasesOf('own', 'all')
    expect(held).toHaveLength(3)
  })

  test('does not overtake what waits and could run as well', async () => {
    const { harness, claims } = await idle([{ id: 'a', types: ['x', 'y'], slots: 4, answer: busy }])
    harness.held.add('x')
    const [first] = await harness.submit('x', 1)
    harness.held.clear()
    harness.dispatcher.wakeAll()
    const [second] = await harness.submit('y', 1)
    await harness.clock.advance(20)
    expect(harness.driver.calls.map(call => call.taskId)).toEqual([first?.id, second?.id])
    expect(claims.length).toBeGreaterThan(0)
  })
})

describe('an insert whose answer is lost', () => {
  let harness: DispatchHarness
  beforeEach(async () => {
    ;({ harness } = await idle([{ id: 'a', types: ['x'], slots: 4 }]))
  })

  test('is found again: what it leased runs once, and nothing starts past the queue until all leases are known', async () => {
    harness.loseNextAnswer('insert')
    const lost = await harness.submit('x', 2)
    const next = await harness.submit('x', 1)
    await settlePromises()
    expect(harness.driver.calls).toEqual([])
    await harness.clock.advance(1_500)
    expect(harness.driver.calls).toHaveLength(3)
    expect(await harness.statuses([...lost, ...next])).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(harness.takenSlots).toBe(0)
  })

  test('gives back the room that was kept for it', async () => {
    harness.tasks.insert = () => Promise.reject(new Error('the database does not answer'))
    await expect(harness.submit('x', 4)).rejects.toThrow('the database does not answer')
    expect(harness.dispatcher.held('default', 'x')).toEqual({ tenant: 0, type: 0 })
  })
})

test('what was leased while the replica began to stop goes back to the queue with no attempt used', async () => {
  const { harness } = await idle([{ id: 'a', types: ['x'], slots: 4 }])
  const insert = harness.tasks.insert.bind(harness.tasks)
  let stopped: Promise<void> | null = null
  harness.tasks.insert = async (tasks, eager) => {
    const results = await insert(tasks, eager)
    stopped = harness.dispatcher.stop(1_000)
    return results
  }
  const tasks = await harness.submit('x', 2)
  await harness.clock.advance(2_000)
  await stopped
  expect(await harness.statuses(tasks)).toEqual(['ready', 'ready'])
  expect((await harness.get(tasks[0])).attempts).toEqual([])
})
