import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventView } from '#server/contracts/events.ts'
import type { PauseView } from '#server/contracts/queues.ts'
import type { QueueStats } from '#server/contracts/stats.ts'
import type { SubmitAndWaitAnswer, SubmitReceipt, TaskView, TimelineEntry } from '#server/contracts/tasks.ts'
import type { CallError } from '#server/testing/client.ts'
import { type RunningQuarterdeck, runQuarterdeck, testKey } from '#server/testing/running-quarterdeck.ts'
import { type ReceivedCall, type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
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

/** Registers a module of its own for a test; the type is the module's id. */
async function register(
  id: string,
  options: { answer?: ScriptedModule['answer']; isPreemptible?: boolean; types?: string[] } & Record<string, unknown>,
) {
  const { answer, capacity = 10, isPreemptible = false, types = [id], ...rest } = options
  const module = await startScriptedModule(answer)
  modules.push(module)
  await running.client.mutate('modules.register', {
    id,
    name: id,
    category: 'test',
    version: '1',
    capabilities: types.map(type => ({ type, isPreemptible })),
    instances: [{ endpoint: module.endpoint, capacity }],
    ...rest,
  })
  return module
}

const submit = (input: object) => running.client.mutate<SubmitReceipt>('tasks.submit', { payload: null, ...input })
const get = (id: string) => running.client.query<TaskView>('tasks.get', { id })
const hasStatus = (id: string, status: string) =>
  until(`task ${id} is ${status}`, async () => {
    const task = await get(id)
    return task.status === status ? task : null
  })
const callOf = (module: ScriptedModule, taskId: string) =>
  until('the module is called', () => module.calls.find(call => call.taskId === taskId))

interface Envelope {
  callbackUrl: string
  checkpoint: unknown
  checkpointBy: string | null
  timeoutMs: number
}
const envelopeOf = (call: ReceivedCall) => JSON.parse(call.rawBody) as Envelope
async function report(call: ReceivedCall, body: unknown): Promise<number> {
  const { callbackUrl } = envelopeOf(call)
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(callbackUrl, { method: 'POST', headers, body: JSON.stringify(body) })
  await answer.text()
  return answer.status
}

describe('what operators hold back', () => {
  test.each([
    ['a type', { scope: 'type', id: 'paused.type' }],
    ['a module', { scope: 'module', id: 'paused.type' }],
    ['everything', { scope: 'all' }],
  ])('%s: new work stays queued, running work goes on, and resuming starts it', async (name, given) => {
    const id = `pause-${name.replace(' ', '-')}`
    const target = { ...given, ...('id' in given && { id }) }
    const module = await register(id, { answer: () => ({ status: 200, body: 1, delayMs: 300 }) })
    const before = await submit({ type: id })
    await callOf(module, before.id)
    const pause = await running.client.mutate<PauseView>('queues.pause', { ...target, reason: 'maintenance' })
    expect(pause).toMatchObject({ scope: given.scope, reason: 'maintenance' })
    expect(await running.client.query('queues.pauses')).toEqual([pause])
    expect((await running.client.query<QueueStats>('queues.stats')).pauses).toEqual([pause])
    const held = await submit({ type: id })
    await hasStatus(before.id, 'succeeded')
    const { headline } = await running.client.query<{ headline: string }>('tasks.explain', { id: held.id })
    expect(headline).toMatch(/paused/)
    expect((await get(held.id)).status).toBe('ready')
    expect(module.calls).toHaveLength(1)
    expect((await running.client.query<{ healthy: boolean }>('stats.status')).healthy).toBe(true)
    await running.client.mutate('queues.resume', { ...target, reason: 'done' })
    await hasStatus(held.id, 'succeeded')
    const { rows } = await running.database.pool.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE target_kind = 'queue' AND reason IN ('maintenance', 'done') ORDER BY at DESC LIMIT 2`,
    )
    expect(rows.map(row => row.action)).toEqual(['queue.resumed', 'queue.paused'])
    const told = await running.client.query<EventView[]>('events.recent', { types: ['queue.*'], limit: 2 })
    expect(told.map(event => event.type)).toEqual(['queue.resumed', 'queue.paused'])
  })

  test('deadlines of held work count, and what is not paused or not there is refused', async () => {
    await register('pause-deadline', {})
    await running.client.mutate('queues.pause', { scope: 'type', id: 'pause-deadline', reason: 'r' })
    const { id } = await submit({ type: 'pause-deadline', deadline: new Date(Date.now() + 1_200).toISOString() })
    await hasStatus(id, 'expired')
    await running.client.mutate('queues.resume', { scope: 'type', id: 'pause-deadline', reason: 'r' })
    const refused = async (path: string, input: object) =>
      running.client.mutate(path, input).then(
        () => null,
        (error: unknown) => (error as CallError).data.appCode,
      )
    expect(await refused('queues.resume', { scope: 'all', reason: 'r' })).toBe('PAUSE_NOT_FOUND')
    expect(await refused('queues.pause', { scope: 'module', id: 'nobody', reason: 'r' })).toBe('MODULE_NOT_FOUND')
    expect(await refused('queues.pause', { scope: 'type', id: 'nothing', reason: 'r' })).toBe('TASK_TYPE_UNKNOWN')
    expect(await refused('queues.pause', { scope: 'all' })).toBe('INVALID_INPUT')
  })
})

describe('what a module says while it works', () => {
  test('progress is shown of the running attempt and told by few events, however often it is sent', async () => {
    const module = await register('progress', { answer: () => 'hang' })
    const { id } = await submit({ type: 'progress' })
    const call = await callOf(module, id)
    expect(await report(call, { kind: 'progress', percent: 1, stage: 'reading', message: 'page 1' })).toBe(200)
    expect((await get(id)).progress).toMatchObject({ percent: 1, stage: 'reading', message: 'page 1' })
    for (let percent = 2; percent <= 40; percent++) await report(call, { kind: 'progress', percent })
    expect((await get(id)).progress).toMatchObject({ percent: 40, stage: null })
    const told = await until('the last report is told', async () => {
      const events = await running.client.query<{ items: EventView[] }>('events.list', { types: ['task.progress'] })
      return events.items.some(({ data }) => data['percent'] === 40) ? events.items : null
    })
    expect(told.length).toBeLessThan(10)
    expect(await report(call, { kind: 'completed', result: 'done' })).toBe(200)
    expect(await hasStatus(id, 'succeeded')).toMatchObject({ progress: null, result: 'done' })
    expect(await report(call, { kind: 'progress', percent: 99 })).toBe(404)
  })

  test('a checkpoint is kept before it is answered, shown, handed to the next attempt, and gone with the end', async () => {
    const module = await register('checkpoint', {
      answer: () => 'hang',
      retry: { backoff: 'linear', baseMs: 10, capMs: 10 },
    })
    const { id } = await submit({ type: 'checkpoint' })
    const first = await callOf(module, id)
    expect(envelopeOf(first)).toMatchObject({ checkpoint: null, checkpointBy: null, timeoutMs: 30_000 })
    expect(await report(first, { kind: 'checkpoint', data: { page: 7 } })).toBe(200)
    expect((await get(id)).checkpoint).toMatchObject({ data: { page: 7 }, moduleId: 'checkpoint' })
    expect(await report(first, { kind: 'checkpoint', data: 'x'.repeat(65_536) })).toBe(413)
    module.answer = () => ({ status: 200, body: 'whole' })
    await report(first, { kind: 'failed', error: { code: 'OOPS', message: 'oops', retryable: true } })
    expect(await hasStatus(id, 'succeeded')).toMatchObject({ checkpoint: null, attemptCount: 2 })
    const second = module.calls.find(call => call.attempt === 2)
    expect(second && envelopeOf(second)).toMatchObject({ checkpoint: { page: 7 }, checkpointBy: 'checkpoint' })
    const { rows } = await running.database.pool.query('SELECT count(*)::int AS left FROM checkpoint')
    expect(rows).toEqual([{ left: 0 }])
  })
})

describe('urgent work', () => {
  test('takes the place of the least important work that can be interrupted, which goes on from its checkpoint', async () => {
    const module = await register('crunch', {
      answer: () => 'hang',
      capacity: 2,
      isPreemptible: true,
      types: ['crunch', 'alarm'],
    })
    const [low, lower] = [await submit({ type: 'crunch', priority: 6 }), await submit({ type: 'crunch', priority: 9 })]
    await Promise.all([callOf(module, low.id), callOf(module, lower.id)])
    await report(await callOf(module, lower.id), { kind: 'checkpoint', data: { done: 3 } })
    module.answer = call => (call.type === 'alarm' ? { status: 200, body: 'heard' } : 'hang')
    const urgent = await submit({ type: 'alarm', priority: 1 })
    await hasStatus(urgent.id, 'succeeded')
    const again = await until('it goes on', () => module.calls.filter(call => call.taskId === lower.id)[1])
    expect(again).toMatchObject({ attempt: 1 })
    expect(envelopeOf(again).checkpoint).toEqual({ done: 3 })
    expect(module.calls.filter(call => call.taskId === low.id)).toHaveLength(1)
    const timeline = await running.client.query<TimelineEntry[]>('tasks.timeline', { id: lower.id })
    expect(timeline.find(entry => entry.kind === 'preempted')?.detail).toContain(urgent.id)
    const told = await running.client.query<EventView[]>('events.recent', { types: ['task.preempted'], limit: 5 })
    expect(told).toMatchObject([{ taskId: lower.id }])
    expect(await get(lower.id)).toMatchObject({
      status: 'running',
      attempts: [{ outcome: 'preempted', number: 1 }, {}],
    })
    for (const { id } of [low, lower]) await running.client.mutate('tasks.cancel', { id })
  })
})

describe('a hanging module', () => {
  test.each([
    ['headers', 'hang'],
    ['a body', 'hang_in_body'],
  ] as const)(
    'without end in its %s: cancelled and timed-out calls leave no connection and no slot',
    async (_what, how) => {
      const type = `stuck.${how}`
      const id = `stuck-${how.replaceAll('_', '-')}`
      const module = await register(id, { answer: () => how, types: [type], capacity: 4 })
      const cancelled = await Promise.all([1, 2].map(() => submit({ type })))
      for (const task of cancelled) await callOf(module, task.id)
      for (const task of cancelled) await running.client.mutate('tasks.cancel', { id: task.id })
      const late = await Promise.all([1, 2].map(() => submit({ type, timeoutMs: 150, maxAttempts: 1 })))
      for (const task of cancelled) await hasStatus(task.id, 'cancelled')
      for (const task of late) {
        const { error, attempts } = await hasStatus(task.id, 'failed')
        expect(error).toEqual({ code: 'TIMEOUT', message: 'No answer within 150 ms.' })
        expect(attempts).toMatchObject([{ outcome: 'timed_out' }])
      }
      await until('every connection of the four calls is closed', () => module.aborted === 4)
      await until('nothing is in flight', async () => {
        const view = await running.client.query<{ inFlight: number }>('modules.get', { id })
        return view.inFlight === 0
      })
    },
  )

  test('whose call limit is shorter than what the task would allow says so', async () => {
    await register('short-limit', { answer: () => 'hang', breaker: { callTimeoutMs: 100 } })
    const { id } = await submit({ type: 'short-limit', timeoutMs: 60_000, maxAttempts: 1 })
    expect((await hasStatus(id, 'failed')).error?.message).toBe(
      'No answer within 100 ms, the call limit of short-limit; the task would allow 60000 ms.',
    )
  })
})

describe('how failures are tried again', () => {
  test('is for the policy of the type before that of the module: attempts, delay and which errors', async () => {
    const policy = await running.client.query<{ version: number }>('queues.policy')
    await running.client.mutate('queues.setPolicy', {
      ...policy,
      retries: { 'by.type': { maxAttempts: 3, backoff: 'linear', baseMs: 20, capMs: 40, retryOn: ['HTTP_418'] } },
    })
    const answer: ScriptedModule['answer'] = call => ({ status: (call.payload as number) ?? 500 })
    const module = await register('by-type', { answer, types: ['by.type'], retry: { maxAttempts: 9 } })
    const odd = await submit({ type: 'by.type', payload: 418 })
    expect(await hasStatus(odd.id, 'failed')).toMatchObject({ attemptCount: 3, maxAttempts: 3 })
    const usual = await submit({ type: 'by.type', payload: 500 })
    expect(await hasStatus(usual.id, 'failed')).toMatchObject({ attemptCount: 1, endReason: 'NOT_RETRYABLE' })
    expect(module.calls).toHaveLength(4)
  })

  test('ends with the total time that the task was given', async () => {
    await register('total', {
      answer: () => ({ status: 500 }),
      retry: { maxAttempts: 100, backoff: 'linear', baseMs: 50 },
    })
    const { id } = await submit({ type: 'total', totalTimeoutMs: 400 })
    const task = await hasStatus(id, 'failed')
    expect(task).toMatchObject({ endReason: 'TASK_TIMEOUT', totalTimeoutMs: 400 })
    expect(task.attemptCount).toBeGreaterThan(1)
  })
})

describe('submit and wait', () => {
  test('answers the ended task, or at the time-out where it stands; a thousand may wait at once', async () => {
    const module = await register('wait', { answer: call => ({ status: 200, body: call.payload }), capacity: 100 })
    const wait = (input: object) =>
      running.client.mutate<SubmitAndWaitAnswer>('tasks.submitAndWait', { type: 'wait', ...input })
    expect(await wait({ payload: 7, waitMs: 10_000 })).toMatchObject({ ended: true, status: 'succeeded', result: 7 })
    module.answer = () => 'hang'
    const open = await wait({ payload: 8, waitMs: 50 })
    expect(open).toMatchObject({ ended: false, status: 'running', deduplicated: false })
    await running.client.mutate('tasks.cancel', { id: open.id })
    module.answer = call => ({ status: 200, body: call.payload })
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        wait({ payload: index % 500, waitMs: 30_000, idempotencyKey: `w${index % 500}` }),
      ),
    )
    expect(answers.every(({ ended, status }) => ended && status === 'succeeded')).toBe(true)
    expect(new Set(answers.map(({ id }) => id)).size).toBe(500)
  }, 60_000)
})

test('calls of a task carry the trace of whoever submitted it, else one of its own', async () => {
  const module = await register('traced', {})
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const answer = await fetch(`${running.quarterdeck.url}/api/trpc/tasks.submit`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${testKey}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-b7ad6b7169203331-00`,
    },
    body: JSON.stringify({ type: 'traced', payload: null }),
  })
  const { id } = ((await answer.json()) as { result: { data: SubmitReceipt } }).result.data
  expect(await hasStatus(id, 'succeeded')).toMatchObject({ traceId })
  const own = await submit({ type: 'traced' })
  await hasStatus(own.id, 'succeeded')
  const [first, second] = module.calls.map(call => call.headers['traceparent'])
  expect(first).toMatch(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-00$`))
  expect(second).toMatch(new RegExp(`^00-${own.id.replaceAll('-', '')}-[0-9a-f]{16}-01$`))
})
