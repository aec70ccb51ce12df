import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settlePromises } from '#server/testing/fake-clock.ts'
import type { DriverOutcome } from '../queue/driver.ts'
import { rankOf } from '../queue/priority.ts'
import { DispatchHarness } from './testing/dispatch-harness.ts'
import type { FakeModule } from './testing/fake-fleet-ports.ts'

const done: DriverOutcome = { kind: 'succeeded', result: 'done' }
const work = (change: Partial<FakeModule> = {}): FakeModule => ({ id: 'a', types: ['work'], slots: 10, ...change })
const takes = (afterMs: number) => () => ({ afterMs, outcome: done })

async function startedWith(options: ConstructorParameters<typeof DispatchHarness>[0]): Promise<DispatchHarness> {
  const harness = new DispatchHarness(options)
  await harness.start()
  return harness
}

/** Two types share one slot, and one claim took a task of each: one of them runs, the other one waits. */
async function withOneParked() {
  const harness = new DispatchHarness({
    modules: [{ id: 'one', types: ['x', 'y'], slots: 1, answer: call => (call.type === 'x' ? 'never' : done) }],
  })
  const tasks = [...(await harness.submit('x', 1, { rank: 1 })), ...(await harness.submit('y', 1, { rank: 2 }))]
  await harness.start()
  await harness.clock.advance(5)
  expect(await harness.statuses(tasks)).toEqual(['running', 'running'])
  expect(harness.driver.calls).toHaveLength(1)
  return { harness, tasks }
}

describe('how much runs at once', () => {
  test('never more than the concurrency, however many slots there are', async () => {
    const harness = await startedWith({ concurrency: 7, modules: [work({ slots: 100, answer: takes(50) })] })
    const tasks = await harness.submit('work', 50)
    await harness.clock.advance(2_000)
    expect(harness.driver.mostInFlight).toBe(7)
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
  })

  test('never more than the slots, however high the concurrency', async () => {
    const harness = await startedWith({ modules: [work({ slots: 3, answer: takes(50) })] })
    const tasks = await harness.submit('work', 20)
    await harness.clock.advance(2_000)
    expect(harness.driver.mostInFlight).toBe(3)
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
  })

  test('never more than the concurrency, also when a task leaves its slot to another by falling back', async () => {
    const refused: DriverOutcome = { kind: 'failed', code: 'X', message: 'no', retryable: true }
    const harness = new DispatchHarness({
      concurrency: 2,
      modules: [
        { id: 'one', types: ['x', 'y'], slots: 1, answer: () => ({ afterMs: 50, outcome: refused }) },
        { id: 'next', types: ['x'], slots: 5, answer: () => 'never' },
        { id: 'other', types: ['z'], slots: 5, answer: () => 'never' },
      ],
    })
    for (const [rank, type] of ['x', 'y', 'z'].entries()) await harness.submit(type, 1, { rank })
    await harness.start()
    await harness.clock.advance(5_000)
    expect(harness.driver.calls.map(call => call.module.id)).toEqual(['one', 'other', 'next'])
    expect(harness.driver.mostInFlight).toBe(2)
  })

  test('a slot that becomes free is taken by the next task at once', async () => {
    const harness = await startedWith({ modules: [work({ slots: 1, answer: takes(100) })] })
    await harness.submit('work', 5)
    await harness.clock.advance(5 * 100 + 50)
    const gaps = harness.driver.calls.slice(1).map((call, index) => call.at - (harness.driver.calls[index]?.at ?? 0))
    expect(harness.driver.calls).toHaveLength(5)
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(110)
  })

  test('with any modules, speeds and concurrency: every task ends once, within the limits, and every slot is free after', async () => {
    const modules = fc.array(
      fc.record({
        slots: fc.integer({ min: 1, max: 4 }),
        afterMs: fc.nat(300),
        types: fc.subarray(['t0', 't1', 't2', 't3'], { minLength: 1 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(modules, fc.integer({ min: 1, max: 8 }), async (plan, concurrency) => {
        const harness = new DispatchHarness({
          concurrency,
          modules: plan.map(({ afterMs, ...rest }, index) => ({ id: `m${index}`, ...rest, answer: takes(afterMs) })),
        })
        const types = new Set(plan.flatMap(module => module.types))
        const tasks = (await Promise.all([...types].map(type => harness.submit(type, 6)))).flat()
        await harness.start()
        await harness.clock.advance(30_000)
        expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
        expect(harness.driver.mostInFlight).toBeLessThanOrEqual(concurrency)
        expect(harness.driver.calls).toHaveLength(tasks.length)
        expect({ slots: harness.takenSlots, running: harness.dispatcher.running }).toEqual({ slots: 0, running: 0 })
      }),
      { numRuns: 40 },
    )
  })
})

describe('the order', () => {
  test('is one over all lanes: by rank among what can run', async () => {
    const harness = await startedWith({ modules: [work({ types: ['x', 'y', 'z'], slots: 1, answer: takes(10) })] })
    const held = await harness.submit('x', 1)
    await harness.clock.advance(1)
    const at = harness.clock.now()
    for (const [type, score] of [
      ['x', 1],
      ['y', 3],
      ['z', 2],
      ['x', 4],
      ['y', 2.5],
      ['z', 6],
    ] as const) {
      await harness.submit(type, 1, { rank: rankOf(at, score), score })
    }
    await harness.clock.advance(1_000)
    const scores: number[] = []
    for (const call of harness.driver.calls.slice(held.length)) {
      scores.push((await harness.tasks.get('default', call.taskId))?.score ?? 0)
    }
    expect(scores).toEqual([6, 4, 3, 2.5, 2, 1])
  })

  test('a lane without capacity does not hold up others, and its tasks stay in the queue unclaimed', async () => {
    const harness = await startedWith({ modules: [work(), { id: 'b', types: ['blocked'], slots: 0 }] })
    const blocked = await harness.submit('blocked', 20, { rank: -1_000_000 })
    const free = await harness.submit('work', 20)
    await harness.clock.advance(500)
    expect(new Set(await harness.statuses(free))).toEqual(new Set(['succeeded']))
    expect(new Set(await harness.statuses(blocked))).toEqual(new Set(['ready']))
  })

  test('types that share the slots of a full module do not use up the concurrency of others', async () => {
    const types = Array.from({ length: 10 }, (_, index) => `shared${index}`)
    const harness = new DispatchHarness({
      concurrency: 20,
      modules: [
        { id: 'few', types, slots: 2, answer: () => 'never' },
        { id: 'other', types: ['other'], slots: 10, answer: takes(10) },
      ],
    })
    for (const type of types) await harness.submit(type, 10, { rank: -1_000_000 })
    const others = await harness.submit('other', 10)
    await harness.start()
    await harness.clock.advance(100)
    expect(new Set(await harness.statuses(others))).toEqual(new Set(['succeeded']))
  })
})

describe('a claimed task that finds no slot', () => {
  test('goes back to the queue after two seconds, with no attempt used and its place kept', async () => {
    const { harness, tasks } = await withOneParked()
    await harness.clock.advance(1_500)
    expect(await harness.statuses(tasks)).toEqual(['running', 'running'])
    await harness.clock.advance(1_600)
    const [, parked] = tasks
    expect(await harness.get(parked)).toMatchObject({ summary: { status: 'ready', attemptCount: 0 } })
    expect(harness.ended).toMatchObject([
      { task: { id: parked?.id, rank: 2 }, next: { kind: 'requeue' }, events: [{ type: 'task.ready' }] },
    ])
  })

  test('starts as soon as a slot is free', async () => {
    const { harness, tasks } = await withOneParked()
    await harness.cancel(tasks[0]?.id ?? '', 'make room')
    await harness.clock.advance(50)
    expect(await harness.statuses(tasks)).toEqual(['cancelled', 'succeeded'])
  })

  test('is cancelled at once when somebody cancels it', async () => {
    const { harness, tasks } = await withOneParked()
    await harness.cancel(tasks[1]?.id ?? '', 'not needed')
    await harness.clock.advance(50)
    expect((await harness.get(tasks[1])).endReason).toBe('not needed')
    expect(await harness.statuses(tasks)).toEqual(['running', 'cancelled'])
    expect(harness.driver.calls).toHaveLength(1)
  })

  test('by a fault of the router keeps its turn, as do those that were claimed with it', async () => {
    const harness = await startedWith({ modules: [work()] })
    harness.router.faults = 1
    const tasks = await harness.submit('work', 5)
    await harness.clock.advance(1_100)
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
  })
})

test('while the router is broken no more is claimed than there are slots, and all of it goes back', async () => {
  const harness = await startedWith({ modules: [work()] })
  harness.router.faults = Number.POSITIVE_INFINITY
  const tasks = await harness.submit('work', 100)
  await harness.clock.advance(1_000)
  expect((await harness.statuses(tasks)).filter(status => status === 'running')).toHaveLength(10)
  await harness.clock.advance(10_000)
  harness.router.faults = 0
  await harness.clock.advance(3_000)
  expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
})

describe('while the store is away', () => {
  test('outcomes are kept and written when it is back; nothing is lost and nothing runs twice', async () => {
    const harness = await startedWith({ modules: [work({ answer: takes(100) })] })
    const tasks = await harness.submit('work', 10)
    await harness.clock.advance(50)
    harness.line.isAway = true
    await harness.clock.advance(60_000)
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['running']))
    harness.line.isAway = false
    await harness.clock.advance(1_000)
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
    expect(harness.driver.calls).toHaveLength(10)
    expect(harness.dispatcher.staleFinishes).toBe(0)
  })

  test('claims are tried twice a second, however often it is woken', async () => {
    const harness = await startedWith({ modules: [work()] })
    await harness.submit('work', 1)
    harness.line.isAway = true
    for (let second = 0; second < 10; second++) {
      for (let wake = 0; wake < 20; wake++) {
        harness.dispatcher.wakeAll()
        await harness.clock.advance(50)
      }
    }
    // Each second: two claims, and what the upkeep and the look at the lanes ask for.
    expect(harness.line.refused).toBeLessThan(10 * 8)
  })

  test('a claim that was committed, but whose answer was lost, is carried out all the same, once', async () => {
    const harness = new DispatchHarness({ modules: [work({ answer: takes(20) })] })
    const claim = harness.tasks.claim.bind(harness.tasks)
    let lost = 0
    harness.tasks.claim = async (...args) => {
      const claimed = await claim(...args)
      if (claimed.length > 0 && lost++ < 2) throw new Error('the connection was lost after the commit')
      return claimed
    }
    await harness.start()
    const tasks = [...(await harness.submit('work', 5)), ...(await harness.submit('work', 25))]
    await harness.clock.advance(5_000)
    expect(lost).toBeGreaterThan(2)
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['succeeded']))
    expect(harness.driver.calls).toHaveLength(30)
  })
})

describe('a lease that was taken over', () => {
  test('the late outcome is counted as stale and changes nothing', async () => {
    const harness = await startedWith({ modules: [work({ answer: takes(1_000) })] })
    const [task] = await harness.submit('work', 1)
    await harness.clock.advance(10)
    await harness.tasks.reclaim(0, 'own')
    const [stolen] = await harness.tasks.claim([{ laneId: task?.laneId ?? 0, slots: 1 }], 1, 'other')
    await harness.clock.advance(2_000)
    expect(harness.dispatcher.staleFinishes).toBe(1)
    expect(harness.ended).toEqual([])
    expect((await harness.get(task)).lease).toMatchObject({ leaseNo: stolen?.leaseNo, replicaId: 'other' })
  })

  test('by this very replica: the old call is aborted, the new one counts, and the limits hold', async () => {
    const harness = await startedWith({ concurrency: 2, modules: [work({ answer: takes(1_000) })] })
    const [task] = await harness.submit('work', 1)
    await harness.clock.advance(10)
    await harness.tasks.reclaim(0, 'own')
    harness.dispatcher.wakeAll()
    await harness.clock.advance(10)
    expect(harness.driver.aborted).toEqual([task?.id])
    expect(harness.dispatcher.find(task?.id ?? '')?.task.attempts).toBe(1)
    await harness.clock.advance(2_000)
    expect(await harness.get(task)).toMatchObject({ summary: { status: 'succeeded', attemptCount: 2 } })
    expect(harness.dispatcher).toMatchObject({ running: 0, staleFinishes: 1 })
    expect(harness.takenSlots).toBe(0)
  })
})

describe('stopping', () => {
  test('lets running work end, claims nothing more, and leaves no timer', async () => {
    const harness = await startedWith({ modules: [work({ slots: 2, answer: takes(300) })] })
    const tasks = await harness.submit('work', 5)
    await harness.clock.advance(10)
    const stopped = harness.dispatcher.stop(1_000)
    await harness.clock.advance(400)
    await stopped
    expect((await harness.statuses(tasks)).toSorted()).toEqual(['ready', 'ready', 'ready', 'succeeded', 'succeeded'])
  })

  test('sends what does not end in time back to the queue, with no attempt used', async () => {
    const harness = await startedWith({ modules: [work({ answer: () => 'never' })] })
    const [task] = await harness.submit('work', 1)
    await harness.clock.advance(10)
    const stopped = harness.dispatcher.stop(1_000)
    await harness.clock.advance(1_100)
    await stopped
    expect(harness.driver.aborted).toEqual([task?.id])
    expect(await harness.get(task)).toMatchObject({ summary: { status: 'ready', attemptCount: 0 }, attempts: [] })
    expect({ slots: harness.takenSlots, running: harness.dispatcher.running }).toEqual({ slots: 0, running: 0 })
  })

  test('sends what waits for a slot back at once', async () => {
    const { harness, tasks } = await withOneParked()
    const stopped = harness.dispatcher.stop(60_000)
    await harness.clock.advance(10)
    expect(await harness.statuses(tasks)).toEqual(['running', 'ready'])
    await harness.clock.advance(60_100)
    await stopped
  })

  test('ends although the store is away, and leaves the leases to whoever takes them over', async () => {
    const harness = await startedWith({ modules: [work({ answer: takes(100) })] })
    const tasks = await harness.submit('work', 3)
    await harness.clock.advance(10)
    harness.line.isAway = true
    let isStopped = false
    void harness.dispatcher.stop(1_000).then(() => {
      isStopped = true
    })
    await harness.clock.advance(4_100)
    expect(isStopped).toBe(true)
    harness.line.isAway = false
    await harness.clock.advance(60_000)
    expect(new Set(await harness.statuses(tasks))).toEqual(new Set(['running']))
    expect(await harness.tasks.reclaim(5_000, 'own')).toHaveLength(3)
  })
})

test('work that other replicas submitted is found within a second', async () => {
  const harness = await startedWith({ modules: [work()] })
  const lane = await harness.tasks.ensureLane({ tenantId: 'default', taskType: 'work' })
  const { wake } = harness.dispatcher
  harness.dispatcher.wake = () => {}
  const tasks = await harness.submit('work', 2)
  harness.dispatcher.wake = wake
  expect(lane.id).toBe(tasks[0]?.laneId)
  await harness.clock.advance(1_100)
  expect(await harness.statuses(tasks)).toEqual(['succeeded', 'succeeded'])
})

test('when the clock is set back, dispatch goes on', async () => {
  const harness = await startedWith({ modules: [work()] })
  await harness.submit('work', 1)
  await harness.clock.advance(10)
  const { clock } = harness
  const now = clock.now.bind(clock)
  clock.now = () => now() - 3_600_000
  const tasks = await harness.submit('work', 1)
  await clock.advance(100)
  await settlePromises()
  expect(await harness.statuses(tasks)).toEqual(['succeeded'])
})
