import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BreakerView } from '#server/contracts/breakers.ts'
import type { Page } from '#server/contracts/common.ts'
import type { RoutedCall, RouteReportAnswer } from '#server/contracts/routing.ts'
import type { SubmitBatchReceipt, SubmitReceipt, TaskSummary, TaskView } from '#server/contracts/tasks.ts'
import { CallError } from '#server/testing/client.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

let running: RunningQuarterdeck
const modules: ScriptedModule[] = []

beforeAll(async () => {
  running = await runQuarterdeck()
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  for (const module of modules) await module[Symbol.asyncDispose]()
})

const fastRetry = { maxAttempts: 3, backoff: 'linear', baseMs: 20, capMs: 50 }

/** Registers a module of its own for a test; the type is the module's id. */
async function register(
  id: string,
  options: { type?: string; answer?: ScriptedModule['answer'] } & Record<string, unknown> = {},
) {
  const { type = id, answer, capacity = 10, ...rest } = options
  const module = await startScriptedModule(answer)
  modules.push(module)
  await running.client.mutate('modules.register', {
    id,
    name: id,
    category: 'test',
    version: '1',
    capabilities: [{ type }],
    instances: [{ endpoint: module.endpoint, capacity }],
    retry: fastRetry,
    ...rest,
  })
  return module
}

const submit = (input: object) => running.client.mutate<SubmitReceipt>('tasks.submit', { payload: null, ...input })
const get = (id: string) => running.client.query<TaskView>('tasks.get', { id })
const ended = (id: string) =>
  until(`task ${id} ends`, async () => {
    const task = await get(id)
    return task.finishedAt === null ? null : task
  })
const refusal = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CallError)
  return (error as CallError).data
}

describe('a task on its way', () => {
  test('is called with the module protocol, succeeds, and keeps result, attempt and decision', async () => {
    const module = await register('happy')
    const { id, status, deduplicated } = await submit({ type: 'happy', payload: { text: 'hello' }, priority: 'high' })
    expect({ status, deduplicated }).toEqual({ status: 'ready', deduplicated: false })
    const task = await ended(id)
    expect(task).toMatchObject({
      status: 'succeeded',
      result: { echo: { text: 'hello' } },
      priority: 2,
      servedBy: 'happy',
      attemptCount: 1,
    })
    expect(module.calls).toMatchObject([{ taskId: id, attempt: 1, idempotencyKey: id }])
    const [attempt] = task.attempts
    expect(attempt?.decision).toMatchObject({ moduleId: 'happy', probability: 1, confidence: 0.7 })
    expect(attempt?.decision?.candidates).toHaveLength(1)
    const times = [attempt?.enqueuedAt, attempt?.claimedAt, attempt?.dispatchedAt, attempt?.endedAt].map(at =>
      Date.parse(at ?? ''),
    )
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('is signed with the secret that registering the module gave out, and that no view shows', async () => {
    const module = await startScriptedModule()
    modules.push(module)
    const registered = await running.client.mutate<{ secret: string }>('modules.register', {
      id: 'signed',
      name: 'Signed',
      category: 'test',
      version: '1',
      capabilities: [{ type: 'signed' }],
      instances: [{ endpoint: module.endpoint }],
    })
    await ended((await submit({ type: 'signed' })).id)
    const [call] = module.calls
    expect(() => new Webhook(registered.secret).verify(call?.rawBody ?? '', call?.headers as never)).not.toThrow()
    expect(() =>
      new Webhook(`whsec_${btoa('another secret')}`).verify(call?.rawBody ?? '', call?.headers as never),
    ).toThrow()
    expect(JSON.stringify(await running.client.query('modules.get', { id: 'signed' }))).not.toContain('whsec_')
  })

  test('is retried with back-off, then dead-lettered with every attempt kept', async () => {
    await register('broken', {
      answer: () => ({ status: 500, body: { error: { code: 'BOOM', message: 'boom', retryable: true } } }),
    })
    const { id } = await submit({ type: 'broken' })
    const task = await ended(id)
    expect(task).toMatchObject({
      status: 'failed',
      error: { code: 'BOOM' },
      attemptCount: 3,
      endReason: 'ATTEMPTS_USED_UP',
    })
    expect(task.attempts.map(attempt => attempt.number)).toEqual([1, 2, 3])
  })

  test('is not retried when the module says that it is of no use', async () => {
    const module = await register('picky', {
      answer: () => ({ status: 422, body: { error: { code: 'BAD_DATA', message: 'no', retryable: false } } }),
    })
    const task = await ended((await submit({ type: 'picky' })).id)
    expect(task).toMatchObject({ status: 'failed', attemptCount: 1, endReason: 'NOT_RETRYABLE' })
    expect(module.calls).toHaveLength(1)
  })

  test('goes on to the next capable module under the same lease when the first one fails', async () => {
    const first = await register('first-choice', { type: 'choice', preference: 50, answer: () => ({ status: 500 }) })
    const second = await register('second-choice', { type: 'choice' })
    const outcomes: TaskView[] = []
    for (let round = 0; round < 4; round++) outcomes.push(await ended((await submit({ type: 'choice' })).id))
    expect(outcomes.map(task => task.status)).toEqual(Array(4).fill('succeeded'))
    const fellBack = outcomes.find(task => task.attempts.length === 2)
    expect(fellBack?.attempts.map(attempt => [attempt.moduleId, attempt.outcome])).toEqual([
      ['first-choice', 'failed'],
      ['second-choice', 'succeeded'],
    ])
    expect(fellBack?.attempts[0]?.claimedAt).toBe(fellBack?.attempts[1]?.claimedAt)
    expect(first.calls.length).toBeGreaterThan(0)
    expect(second.calls).toHaveLength(4)
  })

  test('never falls back when it is pinned to a module', async () => {
    const failing = await register('pinned-target', { type: 'pinned', answer: () => ({ status: 500 }) })
    const other = await register('pinned-other', { type: 'pinned', preference: 50 })
    const task = await ended((await submit({ type: 'pinned', moduleId: 'pinned-target', maxAttempts: 2 })).id)
    expect(task.status).toBe('failed')
    expect(failing.calls).toHaveLength(2)
    expect(other.calls).toHaveLength(0)
  })

  test('waits out a busy module without using attempts', async () => {
    let refusals = 2
    await register('busy', {
      answer: () => (refusals-- > 0 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 200, body: 'done' }),
    })
    const task = await ended((await submit({ type: 'busy' })).id)
    expect(task).toMatchObject({ status: 'succeeded', attemptCount: 1, result: 'done' })
  })

  test('is aborted at its time-out and the call is really cut off', async () => {
    const module = await register('hanging', { answer: () => 'hang' })
    const task = await ended((await submit({ type: 'hanging', timeoutMs: 100, maxAttempts: 1 })).id)
    expect(task).toMatchObject({
      status: 'failed',
      error: { code: 'TIMEOUT' },
      attempts: [{ outcome: 'timed_out' }],
    })
    await until('the connection closes', () => module.aborted === 1)
  })

  test('waits while its module is disabled and runs when it is enabled again', async () => {
    const module = await register('sleeper')
    await running.client.mutate('modules.disable', { id: 'sleeper', reason: 'test' })
    const { id } = await submit({ type: 'sleeper' })
    expect((await get(id)).status).toBe('ready')
    expect(module.calls).toHaveLength(0)
    await running.client.mutate('modules.enable', { id: 'sleeper' })
    expect((await ended(id)).status).toBe('succeeded')
  })

  test('runs in the order of score over all types when there is room for one only', async () => {
    const types = ['finance', 'fraud_detection', 'video_generation', 'email']
    const module = await startScriptedModule()
    modules.push(module)
    await running.client.mutate('modules.register', {
      id: 'one-at-a-time',
      name: 'One',
      category: 'test',
      version: '1',
      capabilities: types.map(type => ({ type })),
      instances: [{ endpoint: module.endpoint, capacity: 1 }],
    })
    await running.client.mutate('modules.disable', { id: 'one-at-a-time', reason: 'fill the queue first' })
    await submit({ type: 'email', priority: 'normal' })
    await submit({ type: 'video_generation', priority: 'high' })
    await submit({ type: 'fraud_detection', priority: 'high' })
    await submit({ type: 'finance', priority: 'critical' })
    await running.client.mutate('modules.enable', { id: 'one-at-a-time' })
    await until('all four ran', () => module.calls.length === 4)
    expect(module.calls.map(call => call.type)).toEqual(types)
  })
})

describe('what callers do with tasks', () => {
  test('the same idempotency key gives the same task, another body a conflict', async () => {
    await register('idempotent')
    const body = { type: 'idempotent', payload: { a: 1, b: 2 }, idempotencyKey: 'once' }
    const first = await submit(body)
    const second = await submit({ ...body, payload: { b: 2, a: 1 } })
    expect(second).toMatchObject({ id: first.id, deduplicated: true })
    expect(await refusal(submit({ ...body, payload: { a: 2 } }))).toMatchObject({
      appCode: 'IDEMPOTENCY_CONFLICT',
      httpStatus: 409,
    })
  })

  test('one bad entry does not fail its batch', async () => {
    await register('batched')
    const receipt = await running.client.mutate<SubmitBatchReceipt>('tasks.submitBatch', {
      tasks: [
        { type: 'batched', payload: 1 },
        { type: 'no.such.type', payload: 1 },
        { type: 'batched', payload: 'a\u0000b' },
        { type: 'batched', payload: 1, nonsense: true },
        { type: 'batched', payload: 2 },
      ],
    })
    expect(receipt.accepted.map(entry => entry.index)).toEqual([0, 4])
    expect(receipt.rejected.map(entry => [entry.index, entry.code])).toEqual([
      [1, 'TASK_TYPE_UNKNOWN'],
      [2, 'PAYLOAD_NOT_STORABLE'],
      [3, 'UNKNOWN_FIELD'],
    ])
    for (const { id } of receipt.accepted) expect((await ended(id)).status).toBe('succeeded')
  })

  test('cancelling ends waiting work at once and aborts running work', async () => {
    const module = await register('cancellable', { answer: () => 'hang', capacity: 1 })
    const runningTask = await submit({ type: 'cancellable' })
    await until('it runs', () => module.calls.length === 1)
    const waiting = await submit({ type: 'cancellable' })
    expect(await running.client.mutate('tasks.cancel', { id: waiting.id, reason: 'not needed' })).toMatchObject({
      status: 'cancelled',
      endReason: 'not needed',
    })
    await running.client.mutate('tasks.cancel', { id: runningTask.id, reason: 'stop' })
    expect(await ended(runningTask.id)).toMatchObject({
      status: 'cancelled',
      endReason: 'stop',
      attempts: [{ outcome: 'cancelled' }],
    })
    await until('the call is cut off', () => module.aborted === 1)
    expect(await refusal(running.client.mutate('tasks.cancel', { id: waiting.id }))).toMatchObject({
      appCode: 'TASK_ALREADY_ENDED',
    })
  })

  test('a retry is a new task linked to the old one', async () => {
    let healthy = false
    await register('recovering', { answer: () => (healthy ? { status: 200, body: 'ok' } : { status: 400 }) })
    const failed = await ended((await submit({ type: 'recovering', payload: { keep: 'me' } })).id)
    expect(failed.status).toBe('failed')
    healthy = true
    const again = await running.client.mutate<SubmitReceipt>('tasks.retry', { id: failed.id })
    expect(await ended(again.id)).toMatchObject({ status: 'succeeded', retryOf: failed.id, payload: { keep: 'me' } })
    expect((await get(failed.id)).retriedAs).toBe(again.id)
  })

  test('lists and finds them by status, type and id', async () => {
    await register('listed')
    const ids = await Promise.all([1, 2, 3].map(async n => (await submit({ type: 'listed', payload: n })).id))
    for (const id of ids) await ended(id)
    const page = await running.client.query<Page<TaskSummary>>('tasks.list', {
      type: 'listed',
      status: ['succeeded'],
      limit: 2,
    })
    expect(page.items.map(item => item.id)).toEqual(ids.toSorted().reverse().slice(0, 2))
    const rest = await running.client.query<Page<TaskSummary>>('tasks.list', {
      type: 'listed',
      cursor: page.nextCursor,
    })
    expect(rest.items.map(item => item.id)).toEqual([ids.toSorted()[0]])
    expect(
      (await running.client.query<Page<TaskSummary>>('tasks.list', { q: ids[1] })).items.map(item => item.id),
    ).toEqual([ids[1]])
  })
})

describe('routing for callers that call themselves', () => {
  const route = (taskType: string) => running.client.mutate<RoutedCall>('router.route', { taskType })
  const report = (input: object) => running.client.mutate<RouteReportAnswer>('router.report', input)

  test('a routed call holds a slot until its outcome is reported, and the outcome is learned from', async () => {
    const module = await register('outside', { capacity: 1 })
    const first = await route('outside')
    expect(first).toMatchObject({ moduleId: 'outside', endpoint: module.endpoint, retry: { maxAttempts: 3 } })
    expect(await refusal(route('outside'))).toMatchObject({ appCode: 'NO_ROUTE', httpStatus: 503 })
    expect(await report({ routeId: first.routeId, outcome: 'succeeded' })).toEqual({ next: null })
    const second = await route('outside')
    expect(second.decision.candidates[0]).toMatchObject({ successRate: 1, evidence: 1 })
    expect(await refusal(report({ routeId: first.routeId, outcome: 'succeeded' }))).toMatchObject({
      appCode: 'ROUTE_NOT_FOUND',
    })
    await report({ routeId: second.routeId, outcome: 'busy' })
  })

  test('a reported failure leads to the fallback, and enough of them open the breaker', async () => {
    await register('outside-first', { type: 'outside.pair', preference: 100, breaker: { failureThreshold: 2 } })
    await register('outside-second', { type: 'outside.pair', preference: -100 })
    for (let round = 0; round < 2; round++) {
      const first = await until('the preferred module is routed to', async () => {
        const routed = await route('outside.pair')
        if (routed.moduleId === 'outside-first') return routed
        await report({ routeId: routed.routeId, outcome: 'busy' })
        return null
      })
      const { next } = await report({
        routeId: first.routeId,
        outcome: 'failed',
        errorCode: 'BOOM',
        wantFallback: true,
      })
      expect(next?.moduleId).toBe('outside-second')
      await report({ routeId: next?.routeId, outcome: 'succeeded' })
    }
    const { items } = await running.client.query<Page<BreakerView>>('breakers.list', { moduleId: 'outside-first' })
    expect(items[0]).toMatchObject({ state: 'open', lastFailure: { code: 'BOOM' } })
    expect((await route('outside.pair')).moduleId).toBe('outside-second')
  })

  test('a call that is never reported gives its slot back at the time-out and counts as failed', async () => {
    await register('outside-silent', { capacity: 1, breaker: { callTimeoutMs: 100, failureThreshold: 1 } })
    const { routeId } = await route('outside-silent')
    const breaker = await until('its breaker opens', async () => {
      const { items } = await running.client.query<Page<BreakerView>>('breakers.list', { moduleId: 'outside-silent' })
      return items[0]?.state === 'open' ? items[0] : null
    })
    expect(breaker.totals.timeouts).toBe(1)
    expect(await refusal(report({ routeId, outcome: 'succeeded' }))).toMatchObject({ appCode: 'ROUTE_NOT_FOUND' })
  })
})

describe('what is wrong is said clearly and leaves nothing behind', () => {
  test.each([
    ['an unknown type', { type: 'nobody.does.this', payload: 1 }, 'TASK_TYPE_UNKNOWN'],
    ['a field that does not exist', { type: 'happy', payload: 1, colour: 'red' }, 'UNKNOWN_FIELD'],
    ['a priority out of range', { type: 'happy', payload: 1, priority: 11 }, 'INVALID_INPUT'],
    ['a priority name that is none', { type: 'happy', payload: 1, priority: 'urgent' }, 'INVALID_INPUT'],
    ['a deadline that has passed', { type: 'happy', payload: 1, deadline: '2020-01-01T00:00:00Z' }, 'DEADLINE_IN_PAST'],
    ['a payload that is too large', { type: 'happy', payload: 'x'.repeat(300_000) }, 'PAYLOAD_TOO_LARGE'],
    [
      'a payload that is too deep',
      { type: 'happy', payload: JSON.parse('['.repeat(80) + ']'.repeat(80)) },
      'PAYLOAD_TOO_DEEP',
    ],
    ['a payload with NUL', { type: 'happy', payload: 'a\u0000' }, 'PAYLOAD_NOT_STORABLE'],
    ['half a surrogate pair', { type: 'happy', payload: { text: '\ud800' } }, 'PAYLOAD_NOT_STORABLE'],
    ['a module that is not there', { type: 'happy', payload: 1, moduleId: 'ghost' }, 'MODULE_NOT_FOUND'],
    ['a module that cannot do it', { type: 'happy', payload: 1, moduleId: 'broken' }, 'MODULE_CANNOT_RUN_TYPE'],
  ])('%s', async (_what, input, code) => {
    const before = await running.database.pool.query('SELECT count(*) FROM task')
    const data = await refusal(running.client.mutate('tasks.submit', input))
    expect(data.appCode).toBe(code)
    expect(data.action).not.toBe('')
    expect((await running.database.pool.query('SELECT count(*) FROM task')).rows).toEqual(before.rows)
  })

  test('a payload is held to the schema that its type has', async () => {
    const module = await startScriptedModule()
    modules.push(module)
    await running.client.mutate('modules.register', {
      id: 'strict',
      name: 'Strict',
      category: 'test',
      version: '1',
      capabilities: [
        {
          type: 'strict',
          inputSchema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
        },
      ],
      instances: [{ endpoint: module.endpoint }],
    })
    expect(await refusal(submit({ type: 'strict', payload: { text: 5 } }))).toMatchObject({
      appCode: 'PAYLOAD_SCHEMA_MISMATCH',
    })
    expect((await ended((await submit({ type: 'strict', payload: { text: 'yes' } })).id)).status).toBe('succeeded')
  })
})
