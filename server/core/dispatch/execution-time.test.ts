import { describe, expect, test } from 'vitest'
import type { NewTask } from '../queue/task-store.ts'
import { answering, busy, done, modulesCalled, refused, startedWith } from './testing/answering-modules.ts'
import { DispatchHarness } from './testing/dispatch-harness.ts'

describe('time', () => {
  test('an attempt that takes longer than its time-out is aborted, counts, and counts against the module', async () => {
    const harness = await startedWith([answering('a', 'never')])
    const [task] = await harness.submit('work', 1, { timeoutMs: 500, maxAttempts: 1 })
    await harness.clock.advance(600)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'failed', errorCode: 'TIMEOUT' },
      attempts: [{ outcome: 'timed_out' }],
    })
    expect(harness.learned).toMatchObject([{ ok: false, errorCode: 'TIMEOUT' }])
  })

  test('at its deadline a running task is aborted and ends expired; the module is not blamed', async () => {
    const harness = await startedWith([answering('a', 'never')])
    const [task] = await harness.submit('work', 1, { deadline: harness.clock.now() + 800 })
    await harness.clock.advance(850)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'expired', errorCode: 'DEADLINE_PASSED' },
      attempts: [{ outcome: 'cancelled', error: { code: 'DEADLINE_PASSED' } }],
    })
    expect(harness.driver.aborted).toEqual([task?.id])
    expect({ learned: harness.learned, verdicts: harness.breakers.verdicts }).toEqual({
      learned: [],
      verdicts: [{ moduleId: 'a', kind: 'neutral' }],
    })
  })

  test('a deadline that passed between claim and call ends the task without a call', async () => {
    const harness = new DispatchHarness({
      modules: [{ id: 'a', types: ['x', 'y'], slots: 1, answer: () => ({ afterMs: 1_500, outcome: done }) }],
    })
    await harness.submit('x', 1, { rank: 1 })
    const [late] = await harness.submit('y', 1, { rank: 2, deadline: harness.clock.now() + 1_000 })
    await harness.start()
    await harness.clock.advance(1_700)
    expect((await harness.get(late)).summary).toMatchObject({ status: 'expired', attemptCount: 0 })
    expect(harness.driver.calls).toHaveLength(1)
    expect(harness.takenSlots).toBe(0)
  })

  test('no call begins after the deadline, though time goes on between looking at the clock and calling', async () => {
    const harness = new DispatchHarness({ modules: [{ id: 'm', types: ['work'], slots: 100 }] })
    const readClock = harness.clock.now.bind(harness.clock)
    let ticks = 0
    harness.clock.now = () => readClock() + (ticks += 3)
    await harness.start()
    const tasks: NewTask[] = []
    for (let leftMs = 1; leftMs <= 120; leftMs++) {
      const deadline = harness.clock.now() + leftMs
      tasks.push(...(await harness.submit('work', 1, { deadline })))
      await harness.clock.advance(10)
    }
    const begun = await Promise.all(tasks.map(async task => (await harness.get(task)).attempts[0]?.dispatchedAt))
    const late = tasks.filter((task, n) => Date.parse(begun[n] ?? '') > (task.deadline ?? 0))
    expect(begun.filter(at => at === undefined).length).toBeGreaterThan(0)
    expect(begun.filter(at => at !== undefined).length).toBeGreaterThan(0)
    expect(late).toEqual([])
  })

  test('a failure at the deadline ends the task expired; no further module is called', async () => {
    const harness = await startedWith([answering('a', { afterMs: 600, outcome: refused }), answering('b', done)])
    const [task] = await harness.submit('work', 1, { timeoutMs: 100, deadline: harness.clock.now() + 100 })
    await harness.clock.advance(1_000)
    expect((await harness.get(task)).summary.status).toBe('expired')
    expect(modulesCalled(harness)).toEqual(['a'])
  })

  test('the total time runs from the first start, over retries, and then the task is dead-lettered', async () => {
    const harness = await startedWith([answering('a', { afterMs: 900, outcome: refused })], { taskTimeoutMs: 5_000 })
    const [task] = await harness.submit('work', 1, { timeoutMs: 1_000, maxAttempts: 100 })
    await harness.clock.advance(30_000)
    const stored = await harness.get(task)
    expect(stored).toMatchObject({ summary: { status: 'failed' }, endReason: 'TASK_TIMEOUT' })
    const [first] = harness.driver.calls
    for (const call of harness.driver.calls) expect(call.at - (first?.at ?? 0)).toBeLessThan(5_000)
  })

  test('a failure when the total time is over ends the task at once, without waiting for a retry', async () => {
    const harness = await startedWith([answering('a', 'never')], { taskTimeoutMs: 1_000 })
    const [task] = await harness.submit('work', 1, { timeoutMs: 1_000 })
    await harness.clock.advance(1_050)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'failed', errorCode: 'TIMEOUT' },
      endReason: 'TASK_TIMEOUT',
    })
  })

  test('a wait ends with the time of the task, however long the back-off is or a module asked to wait', async () => {
    const slow = { ...answering('a', refused), retry: { backoff: 'linear' as const, baseMs: 30_000 } }
    const full = { ...answering('b', refused, busy(60_000)), types: ['other'], retry: { baseMs: 100 } }
    const harness = await startedWith([slow, full], { taskTimeoutMs: 5_000 })
    const short = { timeoutMs: 1_000 }
    const tasks = [...(await harness.submit('work', 1, short)), ...(await harness.submit('other', 1, short))]
    await harness.clock.advance(4_900)
    expect(await harness.statuses(tasks)).toEqual(['scheduled', 'scheduled'])
    await harness.clock.advance(200)
    for (const task of tasks) {
      expect(await harness.get(task)).toMatchObject({ summary: { status: 'failed' }, endReason: 'TASK_TIMEOUT' })
    }
  })

  test('a call that the total time cuts off is an attempt that was cut off, and says so', async () => {
    const harness = await startedWith([answering('a', refused, 'never')], { taskTimeoutMs: 2_000 })
    const [task] = await harness.submit('work', 1, { timeoutMs: 2_000 })
    await harness.clock.advance(3_000)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'failed' },
      endReason: 'TASK_TIMEOUT',
      attempts: [{ outcome: 'failed' }, { outcome: 'cancelled', error: { code: 'TASK_TIMEOUT' } }],
    })
  })

  test('a caller who grants one call more than the total time gets what was granted', async () => {
    const harness = await startedWith([answering('a', { afterMs: 9_000, outcome: done })], { taskTimeoutMs: 5_000 })
    const [task] = await harness.submit('work', 1, { timeoutMs: 10_000 })
    await harness.clock.advance(9_100)
    expect((await harness.get(task)).summary.status).toBe('succeeded')
  })
})
