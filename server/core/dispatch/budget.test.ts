import { expect, test } from 'vitest'
import type { DriverOutcome } from '../queue/driver.ts'
import { DispatchHarness } from './testing/dispatch-harness.ts'
import type { FakeModule } from './testing/fake-fleet-ports.ts'

const broken: DriverOutcome = { kind: 'failed', code: 'BOOM', message: 'it broke', retryable: true }
const done: DriverOutcome = { kind: 'succeeded', result: 1 }

/** A module at $3,600 an hour: a dollar a second. */
function dollarASecond(id: string, change: Partial<FakeModule> = {}): FakeModule {
  const answer = () => ({ afterMs: 250, outcome: done })
  return { id, types: ['work'], slots: 10, costPerHourUsd: 3_600, expectedUsd: 0.25, answer, ...change }
}

async function startedWith(...modules: FakeModule[]): Promise<DispatchHarness> {
  const harness = new DispatchHarness({ modules })
  await harness.start()
  return harness
}

test('each attempt keeps what it cost: hourly cost of its module × its duration, failed ones too', async () => {
  const harness = await startedWith(
    dollarASecond('a', { answer: () => ({ afterMs: 100, outcome: broken }) }),
    dollarASecond('b', { costPerHourUsd: 1, answer: () => ({ afterMs: 1, outcome: done }) }),
  )
  const [task] = await harness.submit('work')
  await harness.clock.advance(1_000)
  expect((await harness.get(task)).attempts.map(({ moduleId, costUsd }) => [moduleId, costUsd])).toEqual([
    ['a', 0.1],
    ['b', 0.0000002778],
  ])
})

test('a task whose budget allows no call ends as BUDGET_EXCEEDED without one, and holds nothing', async () => {
  const harness = await startedWith(dollarASecond('a'), dollarASecond('b', { expectedUsd: 0.3 }))
  const [task] = await harness.submit('work', 1, { costBudgetUsd: 0.2499 })
  await harness.clock.advance(100)
  expect(await harness.get(task)).toMatchObject({
    summary: { status: 'failed', errorCode: 'BUDGET_EXCEEDED', attemptCount: 0 },
    endReason: 'BUDGET_EXCEEDED',
    error: { message: 'No module is expected to do it within the budget: $0 of $0.2499 is spent.' },
  })
  expect(harness.driver.calls).toEqual([])
  expect(harness.takenSlots).toBe(0)
})

test('a budget leaves out the services that are too dear, and what is exactly enough is enough', async () => {
  const harness = await startedWith(dollarASecond('dear', { expectedUsd: 0.5 }), dollarASecond('fit'))
  const [task] = await harness.submit('work', 1, { costBudgetUsd: 0.25 })
  await harness.clock.advance(1_000)
  expect(await harness.get(task)).toMatchObject({ summary: { status: 'succeeded', servedBy: 'fit' } })
})

test('what attempts of earlier leases cost counts: the next call is made only while it fits', async () => {
  const harness = await startedWith(dollarASecond('a', { answer: () => ({ afterMs: 250, outcome: broken }) }))
  const [task] = await harness.submit('work', 1, { costBudgetUsd: 0.6, maxAttempts: 10 })
  await harness.clock.advance(60_000)
  const stored = await harness.get(task)
  expect(stored).toMatchObject({ summary: { status: 'failed', errorCode: 'BUDGET_EXCEEDED', attemptCount: 2 } })
  expect(stored.attempts.map(({ costUsd }) => costUsd)).toEqual([0.25, 0.25])
  expect(stored.error?.message).toContain('$0.5 of $0.6 is spent')
})

test('a call that costs more than was expected is paid; its task may end well beyond its budget', async () => {
  const harness = await startedWith(dollarASecond('a', { answer: () => ({ afterMs: 2_000, outcome: done }) }))
  const [task] = await harness.submit('work', 1, { costBudgetUsd: 0.3 })
  await harness.clock.advance(3_000)
  expect(await harness.get(task)).toMatchObject({ summary: { status: 'succeeded' }, attempts: [{ costUsd: 2 }] })
})

test('a module that is affordable and full is waited for, and tasks of the same type without a budget go past', async () => {
  const harness = await startedWith(dollarASecond('fit', { slots: 0 }), dollarASecond('dear', { expectedUsd: 9 }))
  const [task] = await harness.submit('work', 1, { costBudgetUsd: 0.25, rank: -1_000_000 })
  await harness.clock.advance(100)
  const others = await harness.submit('work', 20)
  await harness.clock.advance(1_000)
  expect(new Set(await harness.statuses(others))).toEqual(new Set(['succeeded']))
  await harness.clock.advance(10_000)
  expect(await harness.get(task)).toMatchObject({ summary: { attemptCount: 0 }, error: null })
  expect(harness.driver.calls).toHaveLength(20)
})
