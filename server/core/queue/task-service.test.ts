import { beforeEach, describe, expect, test } from 'vitest'
import { EventHub } from '#server/testing/event-hub.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import { attempt, leaseEnd, succeeded } from '#server/testing/task-builders.ts'
import type { AttemptView, SubmitReceipt } from '../../contracts/tasks.ts'
import { silentLogger } from '../shared/logger.ts'
import { systemPrincipal } from '../shared/principal.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import { Admission } from './admission.ts'
import { LaneDirectory } from './lane-directory.ts'
import { defaultQueuePolicy } from './priority.ts'
import type { RunningTask, StopReason } from './running-tasks.ts'
import { Submission } from './submission.ts'
import { TaskService } from './task-service.ts'
import type { ClaimedTask } from './task-store.ts'
import { TaskWatch } from './task-watch.ts'
import { noStarter } from './testing/no-starter.ts'

const tenantId = 'default'
const by = systemPrincipal(tenantId)
let clock: FakeClock
let store: MemoryTaskStore
let service: TaskService
/** What runs on this replica, as the dispatcher would say. */
let hub: EventHub
let running: Map<string, RunningTask>
let stopped: { taskId: string; reason: StopReason }[]
let called: string[]

const room = { capacityBytes: 1e9, caps: { typeCapsOf: () => ({}), tenantsWithCaps: () => [] }, logger: silentLogger }

beforeEach(() => {
  clock = new FakeClock()
  store = new MemoryTaskStore(clock)
  hub = new EventHub()
  running = new Map()
  stopped = []
  called = []
  const submission = new Submission({
    store,
    lanes: new LaneDirectory(store),
    catalog: new FakeFleet(buildModule('m')),
    validator: { validate: () => null },
    starter: noStarter,
    admission: new Admission({ ...room, capacity: 2_000, store, clock }),
    clock,
    ids: createSeededIds(1, () => clock.now()),
    digest: text => text,
    policyOf: () => defaultQueuePolicy,
    onAccepted() {},
    durations: { meanMs: () => null },
    mayHurry: () => true,
    logger: silentLogger,
  })
  service = new TaskService({
    store,
    submission,
    running: {
      find: taskId => running.get(taskId),
      stopTask(taskId, reason) {
        stopped.push({ taskId, reason })
        return running.has(taskId)
      },
    },
    events: hub,
    explain: () => Promise.reject(new Error('not asked for')),
    durations: { meanMs: () => null },
    showsCriticalPath: () => true,
    clock,
    replicaId: 'r1',
    onMarkedElsewhere: replicaId => called.push(replicaId),
    watch: new TaskWatch({ events: hub, clock }),
    taskTimeoutMs: 300_000,
  })
})

/** Lets the submission's batch leave. */
async function settled<Value>(call: Promise<Value>): Promise<Value> {
  call.catch(() => {})
  await clock.advance(10)
  return call
}

const submit = (input: object = {}): Promise<SubmitReceipt> =>
  settled(service.submit(by, { type: 'work', payload: null, ...input } as never))

async function claim(): Promise<ClaimedTask> {
  const lanes = (await store.lanes()).map(lane => ({ laneId: lane.id, slots: 1 }))
  const [task] = await store.claim(lanes, 1, 'r1')
  if (!task) throw new Error('nothing is ready')
  return task
}

describe('submitting many', () => {
  test('each entry is answered for itself: bad ones say what is wrong, good ones are accepted, in their order', async () => {
    const entries = [
      { type: 'work', payload: 1 },
      { type: 'work', payload: 1, priority: 11 },
      { type: 'unknown', payload: 1 },
      'no object at all',
      { type: 'work', payload: 'NUL \0' },
      { type: 'work', payload: 2, surplus: true },
      { type: 'work', payload: 3 },
    ]
    const receipt = await settled(service.submitBatch(by, entries))
    expect(receipt.accepted.map(entry => entry.index)).toEqual([0, 6])
    expect(receipt.rejected.map(entry => [entry.index, entry.code])).toEqual([
      [1, 'INVALID_INPUT'],
      [2, 'TASK_TYPE_UNKNOWN'],
      [3, 'INVALID_INPUT'],
      [4, 'PAYLOAD_NOT_STORABLE'],
      [5, 'UNKNOWN_FIELD'],
    ])
    expect((await store.liveTotals()).count).toBe(2)
  })

  test('a fault of ours says nothing of our insides', async () => {
    store.insert = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:5432'))
    const receipt = await settled(service.submitBatch(by, [{ type: 'work', payload: 1 }]))
    expect(receipt.rejected).toEqual([
      { index: 0, code: 'DATABASE_UNAVAILABLE', message: 'The task could not be stored; try again.' },
    ])
  })
})

describe('cancelling', () => {
  test('queued work ends at once, with the reason', async () => {
    const { id } = await submit()
    expect(await service.cancel(by, id, 'not needed')).toMatchObject({ status: 'cancelled', endReason: 'not needed' })
    expect(stopped).toEqual([])
  })

  test('without a reason says who did it', async () => {
    const { id } = await submit()
    expect((await service.cancel(by, id, undefined)).endReason).toBe('Cancelled by Quarterdeck.')
  })

  test('running work is stopped where it runs', async () => {
    const { id } = await submit()
    await claim()
    expect((await service.cancel(by, id, 'stop')).status).toBe('running')
    expect(stopped).toEqual([{ taskId: id, reason: { kind: 'cancelled', reason: 'stop' } }])
    expect(called).toEqual([])
  })

  test('what has ended stays as it ended', async () => {
    const { id } = await submit()
    await service.cancel(by, id, 'first')
    await expect(service.cancel(by, id, 'again')).rejects.toMatchObject({ code: 'TASK_ALREADY_ENDED' })
    expect((await service.get(tenantId, id)).endReason).toBe('first')
  })
})

describe('retrying', () => {
  test('makes a new task like the old one, linked both ways, with its own fate', async () => {
    const { id } = await submit({
      payload: { keep: 'me' },
      priority: 2,
      maxAttempts: 7,
      timeoutMs: 1_234,
      moduleId: 'm',
    })
    await service.cancel(by, id, 'failed somehow')
    const again = await settled(service.retry(by, id))
    expect(await service.get(tenantId, again.id)).toMatchObject({
      ...{ payload: { keep: 'me' }, priority: 2, maxAttempts: 7, timeoutMs: 1_234, moduleId: 'm' },
      ...{ status: 'ready', retryOf: id, attemptCount: 0 },
    })
    expect(await service.get(tenantId, id)).toMatchObject({ status: 'cancelled', retriedAs: again.id })
  })

  test('does not carry over times that have passed, nor the key of the old one', async () => {
    const deadline = new Date(clock.now() + 60_000).toISOString()
    const { id } = await submit({ deadline, idempotencyKey: 'once' })
    await service.cancel(by, id, 'x')
    await clock.advance(120_000)
    const again = await settled(service.retry(by, id))
    expect(await service.get(tenantId, again.id)).toMatchObject({ deadline: null, idempotencyKey: null })
  })

  test('is only for what has ended', async () => {
    const { id } = await submit()
    await expect(service.retry(by, id)).rejects.toMatchObject({ code: 'TASK_NOT_ENDED', details: { status: 'ready' } })
    expect((await store.liveTotals()).count).toBe(1)
  })
})

describe('looking', () => {
  test.each(['get', 'timeline'] as const)('%s of another tenant’s task finds nothing', async name => {
    const { id } = await submit()
    await expect(service[name]('another', id)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await expect(service.cancel(systemPrincipal('another'), id, 'x')).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  })

  test('a running task shows the attempts of its lease before they are stored, and only those of its current lease', async () => {
    const { id } = await submit()
    const first = await claim()
    await store.finish([leaseEnd(first, { kind: 'requeue' }, [attempt(1, 'failed')])])
    const task = await claim()
    const [stored] = (await store.get(tenantId, id))?.attempts ?? []
    const current = { ...stored, number: 3, moduleId: 'b', outcome: 'running', endedAt: null } as AttemptView
    const execution = { task, current, progress: null, endedAttempts: [{ ...attempt(2, 'failed'), moduleId: 'a' }] }
    running.set(id, execution)
    const view = await service.get(tenantId, id)
    expect(view.attempts.map(one => [one.number, one.outcome])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'running'],
    ])
    expect(view).toMatchObject({ attemptCount: 3, status: 'running' })
    expect((await service.timeline(tenantId, id)).at(-1)).toMatchObject({ kind: 'called', attempt: 3 })
    running.set(id, { ...execution, task: { ...task, leaseNo: first.leaseNo } })
    expect((await service.get(tenantId, id)).attempts).toHaveLength(1)
  })

  test('an ended task shows its result', async () => {
    const { id } = await submit()
    await store.finish([leaseEnd(await claim(), succeeded('{"n":1}'), [attempt(1, 'succeeded')])])
    expect(await service.get(tenantId, id)).toMatchObject({ status: 'succeeded', result: { n: 1 }, servedBy: 'm' })
  })
})
