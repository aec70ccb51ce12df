import { describe, expect, test } from 'vitest'
import type { DriverOutcome } from '../queue/driver.ts'
import { answering, busy, done, hopeless, modulesCalled, refused, startedWith } from './testing/answering-modules.ts'

describe('a call that succeeds', () => {
  test('ends the task with its result and tells health, learner, breaker and balancer', async () => {
    const harness = await startedWith([answering('a', { afterMs: 40, outcome: done })])
    const [task] = await harness.submit('work')
    await harness.clock.advance(100)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'succeeded', attemptCount: 1, servedBy: 'a' },
      result: { ok: true },
      error: null,
      attempts: [{ number: 1, moduleId: 'a', instanceId: 'a-1', outcome: 'succeeded' }],
    })
    expect(harness.learned).toEqual([
      { tenantId: 'default', taskType: 'work', moduleId: 'a', ok: true, durationMs: 40, errorCode: null },
    ])
    expect(harness.breakers.verdicts).toEqual([{ moduleId: 'a', kind: 'success' }])
    expect(harness.router.released).toEqual([{ moduleId: 'a', ok: true }])
  })

  test('tells of its short attempts and of the end together and in order, each once', async () => {
    const harness = await startedWith([answering('a', refused), answering('b', done)])
    await harness.submit('work')
    await harness.clock.advance(100)
    expect(harness.published).toEqual([])
    expect(harness.ended[0]?.events.map(event => [event.type, event.moduleId])).toEqual([
      ['agent.started', 'a'],
      ['agent.failed', 'a'],
      ['agent.started', 'b'],
      ['agent.completed', 'b'],
      ['task.succeeded', 'b'],
    ])
  })

  test('does not tell again of the start of an attempt that was told of while it ran', async () => {
    const harness = await startedWith([answering('a', refused), answering('b', done)])
    harness.isWriterSlow = false
    await harness.submit('work')
    await harness.clock.advance(100)
    expect(harness.published.map(event => [event.type, event.moduleId, event.data?.['attempt']])).toEqual([
      ['agent.started', 'a', 1],
      ['agent.started', 'b', 2],
    ])
    expect(harness.ended[0]?.events.map(event => [event.type, event.moduleId])).toEqual([
      ['agent.failed', 'a'],
      ['agent.completed', 'b'],
      ['task.succeeded', 'b'],
    ])
  })

  test.each([
    ['too large', 'x'.repeat(300_000)],
    ['not storable', 'NUL \0 inside'],
    ['too deep', JSON.parse('['.repeat(80) + ']'.repeat(80))],
  ])('with a result that is %s is a failed attempt that is not repeated', async (_what, result) => {
    const harness = await startedWith([answering('a', { kind: 'succeeded', result })])
    const [task] = await harness.submit('work')
    await harness.clock.advance(100)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'failed', errorCode: 'BAD_RESPONSE', attemptCount: 1 },
      endReason: 'NOT_RETRYABLE',
    })
  })
})

describe('a call that fails', () => {
  test('goes on to the next capable module under the same lease, and every attempt is kept', async () => {
    const harness = await startedWith([answering('a', refused), answering('b', 'never'), answering('c', done)])
    const [task] = await harness.submit('work', 1, { timeoutMs: 500 })
    await harness.clock.advance(1_000)
    const stored = await harness.get(task)
    expect(stored.attempts.map(attempt => [attempt.number, attempt.moduleId, attempt.outcome])).toEqual([
      [1, 'a', 'failed'],
      [2, 'b', 'timed_out'],
      [3, 'c', 'succeeded'],
    ])
    expect(new Set(stored.attempts.map(attempt => attempt.claimedAt)).size).toBe(1)
    expect(new Set(harness.driver.calls.map(call => call.leaseNo)).size).toBe(1)
    expect(harness.driver.aborted).toHaveLength(1)
    expect(harness.takenSlots).toBe(0)
  })

  test('waits for the back-off when every module failed, keeps its attempts, and is dead-lettered after the last', async () => {
    const harness = await startedWith([answering('a', refused)])
    const [task] = await harness.submit('work', 1, { maxAttempts: 3 })
    await harness.clock.advance(50)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'scheduled', attemptCount: 1 },
      waiting: { reason: 'retry' },
    })
    await harness.clock.advance(10_000)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'failed', attemptCount: 3 },
      error: { code: 'BOOM', message: 'it broke' },
      endReason: 'ATTEMPTS_USED_UP',
    })
    // Linear back-off of 1, then 2 s.
    const [first, second, third] = harness.driver.calls.map(call => call.at)
    expect([(second ?? 0) - (first ?? 0), (third ?? 0) - (second ?? 0)].map(ms => Math.round(ms / 100) * 100)).toEqual([
      1_000, 2_000,
    ])
  })

  test('is not repeated when the module says that it is of no use, not even elsewhere', async () => {
    const harness = await startedWith([answering('a', hopeless), answering('b', done)])
    const [task] = await harness.submit('work')
    await harness.clock.advance(100)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'failed', errorCode: 'BAD_DATA', attemptCount: 1 },
      endReason: 'NOT_RETRYABLE',
    })
    expect(modulesCalled(harness)).toEqual(['a'])
  })

  test('on its last attempt does not go on to another module', async () => {
    const harness = await startedWith([answering('a', refused), answering('b', done)])
    const [task] = await harness.submit('work', 1, { maxAttempts: 1 })
    await harness.clock.advance(100)
    expect((await harness.get(task)).summary.status).toBe('failed')
    expect(modulesCalled(harness)).toEqual(['a'])
  })

  test('never goes to another module when the task is pinned', async () => {
    const harness = await startedWith([answering('a', done), answering('b', refused)])
    const [task] = await harness.submit('work', 1, { pinnedModuleId: 'b', maxAttempts: 2 })
    await harness.clock.advance(5_000)
    expect((await harness.get(task)).summary.status).toBe('failed')
    expect(modulesCalled(harness)).toEqual(['b', 'b'])
  })

  test('with words that cannot be stored is kept with words that can', async () => {
    const message = `NUL \0 ${'x'.repeat(1_993)}😀`
    const harness = await startedWith([answering('a', { ...hopeless, message } as DriverOutcome)])
    const [task] = await harness.submit('work')
    await harness.clock.advance(100)
    const kept = (await harness.get(task)).error?.message ?? ''
    expect(kept).toMatch(/^NUL \uFFFD x+\uFFFD$/)
    expect(kept).toHaveLength(2_000)
  })
})

describe('what uses no attempt', () => {
  test('an open breaker: the task goes on to the next module, and waits when there is none', async () => {
    const harness = await startedWith([answering('a', done), answering('b', done)])
    harness.breakers.open.add('a')
    const [first] = await harness.submit('work')
    await harness.clock.advance(50)
    expect(await harness.get(first)).toMatchObject({ summary: { status: 'succeeded', servedBy: 'b', attemptCount: 1 } })
    harness.breakers.open.add('b')
    const [second] = await harness.submit('work')
    await harness.clock.advance(5_000)
    expect(await harness.get(second)).toMatchObject({ summary: { status: 'scheduled', attemptCount: 0 }, attempts: [] })
    harness.breakers.open.clear()
    await harness.clock.advance(300)
    expect((await harness.get(second)).summary).toMatchObject({ status: 'succeeded', attemptCount: 1 })
  })

  test('a busy module: the next one is asked; when all are busy it waits for the shortest time any of them named', async () => {
    const harness = await startedWith([answering('a', busy(700), done), answering('b', busy(5_000), done)])
    const [task] = await harness.submit('work', 1, { maxAttempts: 1 })
    await harness.clock.advance(600)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'scheduled', attemptCount: 0 },
      waiting: { reason: 'busy' },
    })
    await harness.clock.advance(200)
    expect(await harness.get(task)).toMatchObject({ summary: { status: 'succeeded', attemptCount: 1 } })
    expect(modulesCalled(harness)).toEqual(['a', 'b', 'a'])
    expect(harness.breakers.verdicts.map(verdict => verdict.kind)).toEqual(['neutral', 'neutral', 'success'])
    expect(harness.learned).toHaveLength(1)
  })

  test('a busy module that names no time is asked again after a second', async () => {
    const harness = await startedWith([answering('a', busy(null), done)])
    await harness.submit('work')
    await harness.clock.advance(3_000)
    const [first, second] = harness.driver.calls.map(call => call.at)
    expect(Math.round(((second ?? 0) - (first ?? 0)) / 100) * 100).toBe(1_000)
  })
})

describe('cancelling', () => {
  test('aborts the call, keeps the attempt, blames nobody, and ends the task with the reason', async () => {
    const harness = await startedWith([answering('a', 'never'), answering('b', done)])
    const [task] = await harness.submit('work')
    await harness.clock.advance(50)
    await harness.cancel(task?.id ?? '', 'changed my mind')
    await harness.clock.advance(50)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'cancelled', attemptCount: 1 },
      endReason: 'changed my mind',
      error: null,
      attempts: [{ outcome: 'cancelled', error: { code: 'CANCELLED' } }],
    })
    expect(modulesCalled(harness)).toEqual(['a'])
    expect(harness.learned).toEqual([])
    expect(harness.takenSlots).toBe(0)
  })

  test('does not throw away an answer that arrived in the same moment', async () => {
    const module = answering('a', done)
    const harness = await startedWith([module])
    module.onAnswer = call => void harness.cancel(call.taskId, 'too late')
    const [task] = await harness.submit('work')
    await harness.clock.advance(200)
    expect((await harness.get(task)).summary.status).toBe('succeeded')
  })

  test('while the task waits for a retry ends it, and the retry never runs', async () => {
    const harness = await startedWith([answering('a', refused)])
    const [task] = await harness.submit('work')
    await harness.clock.advance(50)
    await harness.cancel(task?.id ?? '', 'enough')
    await harness.clock.advance(10_000)
    expect((await harness.get(task)).summary.status).toBe('cancelled')
    expect(harness.driver.calls).toHaveLength(1)
  })
})

describe('a fault of our own', () => {
  test('uses an attempt, gives the slot back, is shown as an attempt, and the task goes on later', async () => {
    const harness = await startedWith([answering('a', done)])
    harness.breakers.faults = 1
    const [task] = await harness.submit('work')
    await harness.clock.advance(100)
    expect(harness.takenSlots).toBe(0)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'scheduled', attemptCount: 1 },
      attempts: [{ number: 1, outcome: 'failed', error: { code: 'INTERNAL' } }],
    })
    await harness.clock.advance(6_000)
    expect((await harness.get(task)).summary).toMatchObject({ status: 'succeeded', attemptCount: 2 })
  })

  test('that comes every time ends the task when its attempts are used up', async () => {
    const harness = await startedWith([answering('a', done)])
    harness.breakers.faults = Number.POSITIVE_INFINITY
    const [task] = await harness.submit('work', 1, { maxAttempts: 3 })
    await harness.clock.advance(60_000)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'failed', attemptCount: 3, errorCode: 'INTERNAL' },
      endReason: 'ATTEMPTS_USED_UP',
    })
    expect({ slots: harness.takenSlots, running: harness.dispatcher.running }).toEqual({ slots: 0, running: 0 })
  })

  test('between two attempts keeps the first one', async () => {
    const module = answering('a', refused)
    const harness = await startedWith([module, answering('b', done)])
    module.onAnswer = () => {
      harness.router.faults = 1
    }
    const [task] = await harness.submit('work')
    await harness.clock.advance(100)
    expect(await harness.get(task)).toMatchObject({
      summary: { status: 'scheduled', attemptCount: 2 },
      attempts: [{ outcome: 'failed', error: { code: 'BOOM' } }],
    })
  })
})

test('the attempt under way can be seen, and those that ended under the same lease', async () => {
  const harness = await startedWith([answering('a', refused), answering('b', 'never')])
  const [task] = await harness.submit('work')
  await harness.clock.advance(100)
  const execution = harness.dispatcher.find(task?.id ?? '')
  expect(execution?.endedAttempts).toMatchObject([{ number: 1, moduleId: 'a', outcome: 'failed' }])
  expect(execution?.current).toMatchObject({ number: 2, moduleId: 'b', outcome: 'running', endedAt: null })
})

test('a module is told which attempt of which task it is, under which lease, by whom and until when', async () => {
  const harness = await startedWith([answering('a', done)])
  const deadline = harness.clock.now() + 60_000
  const [task] = await harness.submit('work', 1, { payload: '{"n":1}', deadline, retryOf: null, submittedBy: 'Ann' })
  await harness.clock.advance(100)
  expect(harness.driver.calls).toMatchObject([
    {
      taskId: task?.id,
      type: 'work',
      attempt: 1,
      leaseNo: 1,
      payload: { n: 1 },
      deadline: new Date(deadline).toISOString(),
      context: { submittedBy: 'Ann', retryOf: null },
    },
  ])
})
