import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DriverOutcome } from '../queue/driver.ts'
import { rankOf } from '../queue/priority.ts'
import type { NewTask } from '../queue/task-store.ts'
import { type Candidate, chooseVictim } from './preemption.ts'
import { DispatchHarness } from './testing/dispatch-harness.ts'
import type { FakeModule } from './testing/fake-fleet-ports.ts'

const done: DriverOutcome = { kind: 'succeeded', result: 'done' }

/** A module whose `long` work never ends by itself, and whose `alarm` work ends at once. */
const crunch = (change: Partial<FakeModule> = {}): FakeModule => ({
  id: 'crunch',
  types: ['long', 'alarm'],
  slots: 2,
  isPreemptible: true,
  answer: call => (call.type === 'alarm' ? done : 'never'),
  ...change,
})

const scores = { 1: 4, 2: 3, 5: 2, 6: 1, 9: 1 } as const
async function submit(harness: DispatchHarness, type: string, priority: keyof typeof scores): Promise<NewTask> {
  const rank = rankOf(harness.clock.now(), scores[priority])
  const [task] = await harness.submit(type, 1, { priority, rank })
  if (!task) throw new Error('nothing was submitted')
  return task
}

async function busyWith(module: FakeModule, ...priorities: (keyof typeof scores)[]) {
  const harness = new DispatchHarness({ modules: [module] })
  await harness.start()
  const running: NewTask[] = []
  for (const priority of priorities) {
    running.push(await submit(harness, 'long', priority))
    await harness.clock.advance(100)
  }
  return { harness, running }
}

describe('urgent work that finds no slot', () => {
  test('waits a second, then the least important call gives way, uses up nothing, and goes on afterwards', async () => {
    const { harness, running } = await busyWith(crunch(), 6, 9)
    const urgent = await submit(harness, 'alarm', 1)
    await harness.clock.advance(900)
    expect(await harness.statuses([...running, urgent])).toEqual(['running', 'running', 'ready'])
    await harness.clock.advance(1_500)
    expect(await harness.statuses([...running, urgent])).toEqual(['running', 'running', 'succeeded'])
    const stored = await harness.get(running[1])
    expect(stored.attempts).toMatchObject([{ number: 1, outcome: 'preempted', error: { code: 'PREEMPTED' } }])
    expect(harness.driver.calls.filter(call => call.taskId === running[1]?.id).map(call => call.attempt)).toEqual([
      1, 1,
    ])
    expect(harness.published.some(event => event.type === 'error.recovered')).toBe(false)
    expect(harness.breakers.verdicts.some(verdict => verdict.kind === 'failure')).toBe(false)
    expect(harness.takenSlots).toBe(2)
  })

  test('of equal calls takes the place of the one that began last', async () => {
    const { harness, running } = await busyWith(crunch(), 9, 9)
    await submit(harness, 'alarm', 2)
    await harness.clock.advance(2_500)
    const calls = running.map(task => harness.driver.calls.filter(call => call.taskId === task.id).length)
    expect(calls).toEqual([1, 2])
  })

  test('does not push aside what cannot be interrupted, what is urgent itself, or what has waited its time', async () => {
    for (const [module, priority] of [
      [crunch({ isPreemptible: false }), 9],
      [crunch(), 2],
    ] as const) {
      const { harness, running } = await busyWith(module, priority, priority)
      const urgent = await submit(harness, 'alarm', 1)
      await harness.clock.advance(10_000)
      expect(await harness.statuses([...running, urgent])).toEqual(['running', 'running', 'ready'])
    }
    const harness = new DispatchHarness({ modules: [crunch()] })
    await harness.start()
    const rank = rankOf(harness.clock.now() - 1_000_000, scores[9])
    const old = await harness.submit('long', 2, { priority: 9, rank })
    await harness.clock.advance(100)
    const urgent = await submit(harness, 'alarm', 1)
    await harness.clock.advance(10_000)
    expect(await harness.statuses([...old, urgent])).toEqual(['running', 'running', 'ready'])
  })

  test('takes at most two places a second, and one for each urgent task', async () => {
    const { harness } = await busyWith(crunch({ slots: 6, answer: () => 'never' }), 9, 9, 9, 9, 9, 9)
    await submit(harness, 'alarm', 1)
    await harness.clock.advance(1_500)
    const preempted = () => harness.ended.flatMap(end => end.attempts).filter(one => one.outcome === 'preempted')
    expect(preempted()).toHaveLength(1)
    for (let count = 0; count < 5; count++) await submit(harness, 'alarm', 1)
    const before = preempted().length
    await harness.clock.advance(2_000)
    expect(preempted().length - before).toBeLessThanOrEqual(4)
    expect(preempted().length - before).toBeGreaterThan(0)
  })

  test('gains nothing where the breaker of the module is open, so nothing gives way', async () => {
    const { harness, running } = await busyWith(crunch(), 9, 9)
    harness.breakers.open.add('crunch')
    await submit(harness, 'alarm', 1)
    await harness.clock.advance(10_000)
    expect(await harness.statuses(running)).toEqual(['running', 'running'])
  })

  test('the store is not asked while nothing that can be interrupted runs', async () => {
    const { harness } = await busyWith(crunch({ isPreemptible: false }), 9, 9)
    let asked = 0
    const ask = harness.tasks.urgentHeads.bind(harness.tasks)
    harness.tasks.urgentHeads = (...given) => {
      asked++
      return ask(...given)
    }
    await submit(harness, 'alarm', 1)
    await harness.clock.advance(10_000)
    expect(asked).toBe(0)
  })
})

test('the choice falls on the lowest priority that comes after the urgent task in the one order, or on nobody', () => {
  const candidate = fc.record({
    priority: fc.integer({ min: 1, max: 10 }),
    rank: fc.integer({ min: -20, max: 20 }),
    dispatchedAt: fc.integer({ min: 0, max: 20 }),
  })
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 12 }), fc.integer({ min: -20, max: 20 }), (given, rank) => {
      const candidates = given.map(
        ({ dispatchedAt, ...task }) => ({ execution: { task }, call: { dispatchedAt } }) as unknown as Candidate,
      )
      const victim = chooseVictim({ priority: 1, rank }, candidates)
      const allowed = given.filter(one => one.priority > 2 && one.rank > rank)
      if (victim === null) return allowed.length === 0
      const lowest = Math.max(...allowed.map(one => one.priority))
      expect(victim.execution.task.priority).toBe(lowest)
      expect(victim.execution.task.rank).toBeGreaterThan(rank)
      const latest = Math.max(...allowed.filter(one => one.priority === lowest).map(one => one.dispatchedAt))
      expect(victim.call.dispatchedAt).toBe(latest)
      return true
    }),
  )
})

describe('a type that is paused', () => {
  test('is not claimed; what was claimed in the very moment goes back at its old place, and resuming starts it', async () => {
    const harness = new DispatchHarness({ modules: [crunch({ answer: () => done })] })
    harness.held.add('alarm')
    await harness.start()
    const task = await submit(harness, 'alarm', 1)
    await harness.clock.advance(5_000)
    expect(await harness.statuses([task])).toEqual(['ready'])
    expect(harness.driver.calls).toEqual([])
    harness.held.clear()
    harness.dispatcher.wakeAll()
    await harness.clock.advance(50)
    expect(await harness.statuses([task])).toEqual(['succeeded'])
  })
})

describe('faults of our own', () => {
  test('are tried again a second apart; going well is told as recovered, using up all attempts as failed to recover', async () => {
    const harness = new DispatchHarness({ modules: [crunch({ answer: () => done })] })
    await harness.start()
    harness.breakers.faults = 2
    const [good] = await harness.submit('alarm', 1, { maxAttempts: 4 })
    await harness.clock.advance(5_000)
    expect((await harness.get(good)).summary).toMatchObject({ status: 'succeeded', attemptCount: 3 })
    harness.breakers.faults = 4
    const [bad] = await harness.submit('alarm', 1, { maxAttempts: 4 })
    await harness.clock.advance(10_000)
    expect((await harness.get(bad)).summary).toMatchObject({ status: 'failed', errorCode: 'INTERNAL' })
    const told = harness.published.filter(event => event.type.startsWith('error.'))
    expect(told.map(event => [event.type, event.taskId])).toEqual([
      ['error.recovered', good?.id],
      ['error.recovery_failed', bad?.id],
    ])
  })
})
