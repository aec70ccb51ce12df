import { describe, expect, test } from 'vitest'
import { DispatchHarness } from './testing/dispatch-harness.ts'
import type { FakeModule } from './testing/fake-fleet-ports.ts'

const second = 1_000

function module(id: string, type: string, takesMs: number, slots = 1_000): FakeModule {
  const answer = () => ({ afterMs: takesMs, outcome: { kind: 'succeeded', result: 1 } as const })
  return { id, types: [type], slots, answer }
}

/** How long the calls of a module waited for their start, in ms, sorted. */
function waitsOf(harness: DispatchHarness, type: string): number[] {
  const waits = harness.ended.flatMap(({ task, attempts: [first] }) =>
    task.type === type && first ? [first.dispatchedAt - task.enqueuedAt] : [],
  )
  return waits.sort((a, b) => a - b)
}

const p99 = (waits: readonly number[]) => waits[Math.ceil(waits.length * 0.99) - 1] ?? Number.NaN

/** Five tasks of `quick` in each 20 ms for ten seconds, beside whatever else was submitted. */
async function runQuick(harness: DispatchHarness): Promise<number[]> {
  for (let round = 0; round < 500; round++) {
    await harness.submit('quick', 5)
    await harness.clock.advance(20)
  }
  await harness.clock.advance(second)
  return waitsOf(harness, 'quick')
}

describe('isolation', () => {
  test.each([
    ['slower by five seconds', 5 * second],
    ['hanging', 100 * second],
  ])('a module that is %s with a backlog of thousands leaves the p99 of others within 10 %', async (_what, takesMs) => {
    const alone = new DispatchHarness({ concurrency: 128, modules: [module('b', 'quick', 5), module('a', 'slow', 5)] })
    await alone.start()
    const before = await runQuick(alone)
    const harness = new DispatchHarness({
      concurrency: 128,
      modules: [module('a', 'slow', takesMs), module('b', 'quick', 5)],
    })
    await harness.start()
    await harness.submit('slow', 3_000, { rank: -1_000_000 })
    await harness.clock.advance(second)
    expect(harness.dispatcher.running).toBeGreaterThan(80)
    const waits = await runQuick(harness)
    expect(waits).toHaveLength(2_500)
    expect(p99(waits)).toBeLessThanOrEqual(Math.max(p99(before) * 1.1, p99(before) + 1))
  })

  test('two modules that hang leave the third its slots too', async () => {
    const modules = [module('a', 'x', 100 * second), module('b', 'y', 100 * second), module('c', 'quick', 5)]
    const harness = new DispatchHarness({ concurrency: 64, modules })
    await harness.start()
    await harness.submit('x', 1_000, { rank: -1_000_000 })
    await harness.submit('y', 1_000, { rank: -1_000_000 })
    await harness.clock.advance(second)
    expect(await runQuick(harness)).toHaveLength(2_500)
  })

  test('with nothing else to do a type gets all but the last slots, and those while it holds few', async () => {
    const modules = [module('a', 'slow', 100 * second), module('b', 'quick', 5)]
    const harness = new DispatchHarness({ concurrency: 64, modules })
    await harness.start()
    await harness.submit('quick', 1)
    await harness.submit('slow', 500)
    await harness.clock.advance(second)
    expect(harness.dispatcher.running).toBe(56)
  })
})

describe('fairness among tenants', () => {
  test('a backlog of 10,000 tasks of one tenant delays another by no more than its own share of the slots', async () => {
    const modules = [module('a', 'bulk', 50), module('b', 'small', 50)]
    const harness = new DispatchHarness({ concurrency: 20, modules })
    await harness.start()
    await harness.submit('bulk', 10_000, { tenantId: 'large', rank: -1_000_000 })
    await harness.clock.advance(2 * second)
    await harness.submit('small', 100, { tenantId: 'little' })
    await harness.clock.advance(2 * second)
    const waits = waitsOf(harness, 'small')
    expect(waits).toHaveLength(100)
    // Half of 20 slots at 50 ms each: 200 a second, so 100 are through in half a second and some rounding.
    expect(waits.at(-1)).toBeLessThan(second)
    expect(waitsOf(harness, 'bulk').length).toBeGreaterThan(500)
  })

  test('a tenant alone has all slots', async () => {
    const harness = new DispatchHarness({ concurrency: 20, modules: [module('a', 'bulk', 50)] })
    await harness.start()
    await harness.submit('bulk', 1_000, { tenantId: 'large' })
    await harness.clock.advance(second)
    expect(harness.dispatcher.running).toBe(20)
  })
})

describe('limits of the queue policy', () => {
  test('are never exceeded, and what they hold back runs as soon as they allow', async () => {
    const limits = { ofTenant: () => 6, ofType: (_: string, type: string) => (type === 'x' ? 2 : null) }
    const modules = [module('a', 'x', 40), module('b', 'y', 40)]
    const harness = new DispatchHarness({ concurrency: 50, modules, limits })
    await harness.start()
    const tasks = [...(await harness.submit('x', 20)), ...(await harness.submit('x', 20, { pinnedModuleId: 'a' }))]
    tasks.push(...(await harness.submit('y', 60)))
    let most = { x: 0, all: 0 }
    for (let step = 0; step < 1_500; step++) {
      await harness.clock.advance(1)
      const { tenant, type } = harness.dispatcher.held('default', 'x')
      most = { x: Math.max(most.x, type), all: Math.max(most.all, tenant) }
    }
    expect(most).toEqual({ x: 2, all: 6 })
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
  })
})
