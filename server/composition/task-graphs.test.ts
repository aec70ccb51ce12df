import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from '#server/contracts/common.ts'
import type { EventView } from '#server/contracts/events.ts'
import type { SubmitBatchReceipt, SubmitReceipt, TaskGraph, TaskSummary, TaskView } from '#server/contracts/tasks.ts'
import { CallError } from '#server/testing/client.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

let running: RunningQuarterdeck
let module: ScriptedModule
beforeAll(async () => {
  running = await runQuarterdeck()
  module = await startScriptedModule(call =>
    call.payload === 'fail'
      ? { status: 200, body: { error: { code: 'BROKEN', message: 'it broke', retryable: false } } }
      : { status: 200, body: { done: call.payload } },
  )
  await running.client.mutate('modules.register', {
    ...{ id: 'worker', name: 'Worker', category: 'test', version: '1' },
    capabilities: [{ type: 'step' }],
    instances: [{ endpoint: module.endpoint, capacity: 100 }],
  })
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await module[Symbol.asyncDispose]()
})

const step = (ref: string, dependsOn: string[] = [], payload: string = ref) => ({
  type: 'step',
  payload,
  ref,
  dependsOn,
})
const submitBatch = (...tasks: unknown[]) => running.client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
const get = (id: string) => running.client.query<TaskView>('tasks.get', { id })
const ended = (id: string) =>
  until(`task ${id} ends`, async () => {
    const task = await get(id)
    return task.finishedAt === null ? null : task
  })

test('a diamond runs from its root to its joint, each task once and after its parents', async () => {
  const { accepted, rejected } = await submitBatch(
    ...[step('joint', ['left', 'right']), step('left', ['root']), step('right', ['root']), step('root')],
  )
  expect(rejected).toEqual([])
  const [joint, left, right, root] = accepted.map(entry => entry.id) as [string, string, string, string]
  const last = await ended(joint)
  expect(last).toMatchObject({ status: 'succeeded', blockedBy: [], failedAncestor: null })
  expect(last.dependsOn).toEqual([left, right].map(id => ({ id, status: 'succeeded' })))
  const calls = module.calls.filter(call => accepted.some(entry => entry.id === call.taskId)).map(call => call.taskId)
  expect([calls[0], calls.length, calls[3]]).toEqual([root, 4, joint])
  const graph = await running.client.query<TaskGraph>('tasks.graph', { id: root })
  expect(graph.nodes.map(node => node.status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded'])
  expect(graph.edges.length).toBe(4)
  const { items } = await running.client.query<Page<EventView>>('events.list', { taskId: joint, limit: 50 })
  const told = items.map(event => event.type).reverse()
  expect(told.filter(type => type.startsWith('task.'))).toEqual([
    ...['task.blocked', 'task.ready', 'task.running', 'task.succeeded'],
  ])
})

test('a parent that fails ends all that waits for it; the others go on', async () => {
  const { accepted } = await submitBatch(
    ...[
      step('bad', [], 'fail'),
      step('good'),
      step('child', ['bad', 'good']),
      step('below', ['child']),
      step('apart', ['good']),
    ],
  )
  const [bad, , child, below, apart] = accepted.map(entry => entry.id) as [string, string, string, string, string]
  expect(await ended(below)).toMatchObject({
    ...{ status: 'cancelled', endReason: 'PARENT_FAILED', errorCode: 'PARENT_FAILED' },
    failedAncestor: { id: bad, status: 'failed' },
  })
  expect((await get(child)).status).toBe('cancelled')
  expect((await ended(apart)).status).toBe('succeeded')
  expect(module.calls.some(call => call.taskId === child)).toBe(false)
  const { items } = await running.client.query<Page<EventView>>('events.list', { taskId: child, limit: 50 })
  expect(items.find(event => event.type === 'task.cancelled')?.data).toMatchObject({
    reason: 'PARENT_FAILED',
    parentId: bad,
  })
})

test('blocked tasks can be listed, and cancelling one ends what waits for it', async () => {
  const { accepted } = await submitBatch(
    { ...step('later'), runAt: new Date(Date.now() + 3_600_000).toISOString() },
    ...[step('child', ['later']), step('below', ['child'])],
  )
  const [later, child, below] = accepted.map(entry => entry.id) as [string, string, string]
  const blocked = await running.client.query<Page<TaskSummary>>('tasks.list', { status: ['blocked'], limit: 10 })
  expect(blocked.items.map(item => item.id)).toEqual([below, child])
  await running.client.mutate('tasks.cancel', { id: child, reason: 'enough' })
  expect(await get(below)).toMatchObject({ status: 'cancelled', failedAncestor: { id: child, status: 'cancelled' } })
  expect((await get(later)).status).toBe('scheduled')
})

const unknown = '01890a5d-ac96-774b-bcce-b302099a8057'

test.each([
  ['an unknown parent', { dependsOn: [unknown] }, 'PARENT_UNKNOWN', 400],
  ['a name that is no id', { dependsOn: ['root'] }, 'INVALID_INPUT', 400],
  ['a ref outside of a batch', { ref: 'a' }, 'UNKNOWN_FIELD', 400],
  ['too many parents', { dependsOn: Array.from({ length: 1_001 }, () => unknown) }, 'INVALID_INPUT', 400],
])('tasks.submit refuses %s', async (_what, change, code, status) => {
  const error = await running.client
    .mutate<SubmitReceipt>('tasks.submit', { type: 'step', payload: null, ...change })
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CallError)
  expect((error as CallError).data).toMatchObject({ appCode: code, httpStatus: status })
})

test('tasks.submit refuses a parent that ended badly, and says how', async () => {
  const bad = await running.client.mutate<SubmitReceipt>('tasks.submit', { type: 'step', payload: 'fail' })
  await ended(bad.id)
  const error = await running.client
    .mutate('tasks.submit', { type: 'step', payload: null, dependsOn: [bad.id] })
    .catch((thrown: unknown) => thrown)
  expect((error as CallError).data).toMatchObject({
    ...{ appCode: 'PARENT_FAILED', httpStatus: 409 },
    details: { parentId: bad.id, status: 'failed' },
  })
})

test('in a batch every bad entry says what is wrong with it and nothing is half-done', async () => {
  const before = (await running.client.query<Page<TaskSummary>>('tasks.list', { limit: 200 })).items.length
  const receipt = await submitBatch(
    ...[step('a', ['b']), step('b', ['a']), step('c', ['a']), step('d', ['nobody']), step('e', ['e'])],
    ...[
      step('x', [unknown]),
      step('y', ['x']),
      step('z'),
      step('z'),
      { ...step('odd'), priority: 99 },
      step('w', ['odd']),
    ],
    'nothing',
  )
  expect(receipt.accepted).toEqual([])
  expect(receipt.rejected.map(({ code }) => code)).toEqual([
    ...['DEPENDENCY_CYCLE', 'DEPENDENCY_CYCLE', 'PARENT_REJECTED', 'REF_UNKNOWN', 'DEPENDENCY_CYCLE'],
    ...['PARENT_UNKNOWN', 'PARENT_REJECTED', 'REF_REPEATED', 'REF_REPEATED', 'INVALID_INPUT', 'PARENT_REJECTED'],
    'INVALID_INPUT',
  ])
  expect((await running.client.query<Page<TaskSummary>>('tasks.list', { limit: 200 })).items.length).toBe(before)
})

test('a fan-in of 1,000 runs its child once', async () => {
  const roots = Array.from({ length: 999 }, (_, n) => step(`r${n}`))
  const { accepted, rejected } = await submitBatch(
    ...roots,
    step(
      'all',
      roots.map(root => root.ref),
    ),
  )
  expect(rejected).toEqual([])
  const all = accepted.at(-1)?.id ?? ''
  await until('the last one is called', async () => module.calls.some(call => call.taskId === all), 50_000)
  expect(await ended(all)).toMatchObject({ status: 'succeeded', attemptCount: 1 })
  expect(module.calls.filter(call => call.taskId === all).length).toBe(1)
}, 60_000)
