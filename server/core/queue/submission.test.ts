import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import type { RetryPolicy } from '../../contracts/modules.ts'
import type { SubmitReceipt } from '../../contracts/tasks.ts'
import { submitTaskInput } from '../../contracts/tasks.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { silentLogger } from '../shared/logger.ts'
import type { Principal } from '../shared/principal.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import { Admission } from './admission.ts'
import { LaneDirectory } from './lane-directory.ts'
import { defaultQueuePolicy, rankOf } from './priority.ts'
import { Submission } from './submission.ts'
import type { InsertResult, NewTask, StoredTask } from './task-store.ts'
import { noStarter } from './testing/no-starter.ts'

const tenantId = 'default'
const ann: Principal = { kind: 'service', id: 'key', name: 'Ann', tenantId, scopes: [] }
const capabilities = ['work', 'finance', 'emergency'].map(type => ({ type, inputSchema: null, outputSchema: null }))
const lift = { type: 'lift', inputSchema: null, outputSchema: null }
const retry: RetryPolicy = { maxAttempts: 7, backoff: 'linear', baseMs: 1, factor: 2, capMs: 1, retryOn: [] }

/** The memory store, which records what is inserted together and can be away. */
class RecordingStore extends MemoryTaskStore {
  readonly inserts: NewTask[][] = []
  isAway = false
  /** Ids that the store cannot hold. */
  readonly refused = new Set<string>()

  override async insert(tasks: readonly NewTask[]): Promise<InsertResult[]> {
    if (this.isAway) throw new Error('away')
    this.inserts.push([...tasks])
    if (tasks.some(task => task.payload === '"unstorable"')) return tasks.map(() => ({ kind: 'refused' }))
    return super.insert(tasks)
  }
}

const room = { capacityBytes: 1e9, caps: { typeCapsOf: () => ({}), tenantsWithCaps: () => [] }, logger: silentLogger }
let clock: FakeClock
let store: RecordingStore
let admission: Admission
let submission: Submission
let woken: number[]

beforeEach(async () => {
  clock = new FakeClock()
  store = new RecordingStore(clock)
  admission = new Admission({ ...room, capacity: 1_000, store, clock })
  await admission.start()
  woken = []
  submission = new Submission({
    store,
    lanes: new LaneDirectory(store),
    catalog: new FakeFleet(
      buildModule('first', { capabilities, retry }),
      buildModule('other', { capabilities: [...capabilities.slice(0, 1), lift] }),
      buildModule('strong', { capabilities: [lift], resources: { cpu: 4, memoryMb: 8_192 } }),
    ),
    validator: {
      validate: (_tenant, _type, payload) => (payload === 'misfit' || payload === undefined ? 'must be object' : null),
    },
    admission,
    starter: noStarter,
    clock,
    ids: createSeededIds(1, () => clock.now()),
    digest: text => `digest of ${text}`,
    policyOf: () => defaultQueuePolicy,
    onAccepted: laneIds => woken.push(...laneIds),
    durations: { meanMs: () => null },
    mayHurry: () => true,
    logger: silentLogger,
  })
})

async function submit(input: object): Promise<SubmitReceipt> {
  const receipt = submission.submit(ann, submitTaskInput.parse({ payload: null, ...input }))
  receipt.catch(() => {})
  await clock.advance(5)
  return receipt
}

async function submitAndGet(input: object): Promise<StoredTask> {
  const stored = await store.get(tenantId, (await submit(input)).id)
  if (!stored) throw new Error('it was not stored')
  return stored
}

async function refusalOf(input: object): Promise<string> {
  const error: unknown = await submit(input).catch((thrown: unknown) => thrown)
  return error instanceof QuarterdeckError ? error.code : String(error)
}

describe('what is fixed when a task is accepted', () => {
  test('priority and score come from the submission or the default of its type, and the rank from both and the time', async () => {
    expect(await submit({ type: 'work' })).toMatchObject({ status: 'ready', priority: 5, deduplicated: false })
    expect(await submit({ type: 'emergency' })).toMatchObject({ priority: 1 })
    expect(await submit({ type: 'emergency', priority: 'batch' })).toMatchObject({ priority: 10 })
    expect(await submitAndGet({ type: 'finance', priority: 1 })).toMatchObject({ score: 6 })
    const last = store.inserts.at(-1)?.[0]
    expect(last?.rank).toBe(rankOf(last?.acceptedAt ?? 0, 6))
  })

  test('attempts are those of the first capable module, or of the pinned one, unless the submission says', async () => {
    const attemptsOf = async (input: object) => (await submitAndGet(input)).summary.maxAttempts
    expect(await attemptsOf({ type: 'work' })).toBe(7)
    expect(await attemptsOf({ type: 'work', moduleId: 'other' })).toBe(4)
    expect(await attemptsOf({ type: 'work', maxAttempts: 2 })).toBe(2)
  })

  test('a missing payload is stored, and checked, as null', async () => {
    expect((await submitAndGet({ type: 'work', payload: undefined })).payload).toBeNull()
  })

  test('work for later is scheduled, and ready when its time has come', async () => {
    const runAt = new Date(clock.now() + 60_000).toISOString()
    const { id, status } = await submit({ type: 'work', runAt })
    expect(status).toBe('scheduled')
    await clock.advance(60_000)
    await store.promoteDue(10)
    expect((await store.get(tenantId, id))?.summary.status).toBe('ready')
  })
})

describe('what is refused, before anything is stored', () => {
  const at = (offsetMs: number) => new Date(Date.UTC(2026, 0, 1) + offsetMs).toISOString()
  const day = 86_400_000

  test.each([
    ['a type that nobody can run', { type: 'nobody.knows' }, 'TASK_TYPE_UNKNOWN'],
    ['a module that is not there', { type: 'work', moduleId: 'ghost' }, 'MODULE_NOT_FOUND'],
    ['a module that cannot do it', { type: 'finance', moduleId: 'other' }, 'MODULE_CANNOT_RUN_TYPE'],
    ['a need that no module declares', { type: 'work', resources: { cpu: 1 } }, 'RESOURCES_UNAVAILABLE'],
    [
      'a need that the module it is pinned to does not declare',
      { type: 'lift', moduleId: 'other', resources: { cpu: 1 } },
      'RESOURCES_UNAVAILABLE',
    ],
    ['a payload that does not fit the schema', { type: 'work', payload: 'misfit' }, 'PAYLOAD_SCHEMA_MISMATCH'],
    ['a payload of more than 256 KiB', { type: 'work', payload: 'x'.repeat(262_144) }, 'PAYLOAD_TOO_LARGE'],
    ['a deadline that has passed', { type: 'work', deadline: at(-1) }, 'DEADLINE_IN_PAST'],
    ['a deadline that is now', { type: 'work', deadline: at(0) }, 'DEADLINE_IN_PAST'],
    ['a deadline before its own start', { type: 'work', runAt: at(day), deadline: at(day - 1) }, 'DEADLINE_IN_PAST'],
    ['a start more than a year ahead', { type: 'work', runAt: at(366 * day + 1) }, 'INVALID_INPUT'],
  ])('%s', async (_what, input, code) => {
    expect(await refusalOf(input)).toBe(code)
    expect({ inserts: store.inserts, fill: admission.fill }).toEqual({ inserts: [], fill: 0 })
  })

  test('times at the very edge are taken', async () => {
    expect((await submit({ type: 'work', deadline: at(1) })).status).toBe('ready')
    expect((await submit({ type: 'work', runAt: at(366 * day) })).status).toBe('scheduled')
    expect((await submit({ type: 'work', runAt: at(-day) })).status).toBe('scheduled')
  })
})

describe('one transaction for many', () => {
  test('submissions that arrive together are one insert, each with its own answer', async () => {
    const receipts = Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        submission.submit(ann, submitTaskInput.parse({ type: 'work', payload: n })),
      ),
    )
    await clock.advance(5)
    const ids = (await receipts).map(receipt => receipt.id)
    expect(store.inserts.map(batch => batch.length)).toEqual([100])
    expect(new Set(ids).size).toBe(100)
    for (const [n, id] of ids.entries()) expect((await store.get(tenantId, id))?.payload).toBe(n)
  })

  test('nobody is answered before the commit, and dispatch is told after it', async () => {
    let isAnswered = false
    const receipt = submission.submit(ann, submitTaskInput.parse({ type: 'work', payload: null })).then(() => {
      isAnswered = true
    })
    await settlePromises()
    expect({ isAnswered, inserts: store.inserts, woken }).toEqual({ isAnswered: false, inserts: [], woken: [] })
    await clock.advance(5)
    await receipt
    expect(woken).toEqual([1])
  })

  test('closing commits what was submitted and takes nothing more', async () => {
    const receipt = submission.submit(ann, submitTaskInput.parse({ type: 'work', payload: null }))
    await settlePromises()
    await submission.close()
    expect((await receipt).status).toBe('ready')
    expect(await refusalOf({ type: 'work' })).toBe('SHUTTING_DOWN')
    expect((await store.liveTotals()).count).toBe(1)
  })
})

describe('repeating a submission', () => {
  const body = { type: 'work', payload: { a: 1, b: { c: 2, d: [3, { e: 4, f: 5 }] } }, idempotencyKey: 'key' }

  test('with its key is the task made then, in whatever order the fields come', async () => {
    const first = await submit(body)
    const reordered = { idempotencyKey: 'key', payload: { b: { d: [3, { f: 5, e: 4 }], c: 2 }, a: 1 }, type: 'work' }
    expect(await submit(reordered)).toEqual({ ...first, deduplicated: true })
    expect((await store.liveTotals()).count).toBe(1)
  })

  test.each([
    ['another payload', { payload: { a: 2 } }],
    ['another order in an array', { payload: { a: 1, b: { c: 2, d: [{ e: 4, f: 5 }, 3] } } }],
    ['another priority', { priority: 1 }],
    ['a hidden key more', { payload: JSON.parse('{"a":1,"b":{"c":2,"d":[3,{"e":4,"f":5}]},"__proto__":{}}') }],
  ])('with its key and %s is a conflict', async (_what, change) => {
    await submit(body)
    expect(await refusalOf({ ...body, ...change })).toBe('IDEMPOTENCY_CONFLICT')
    expect((await store.liveTotals()).count).toBe(1)
  })

  test('ten times at once makes one task and holds one place', async () => {
    const receipts = await Promise.all(Array.from({ length: 10 }, () => submit(body)))
    expect(new Set(receipts.map(receipt => receipt.id)).size).toBe(1)
    expect(receipts.filter(receipt => !receipt.deduplicated)).toHaveLength(1)
    expect(admission.fill).toBe(0.001)
  })
})

describe('a place in the queue', () => {
  test('is taken by what is accepted and given back by what is not, whatever the reason', async () => {
    await submit({ type: 'work', idempotencyKey: 'key' })
    await submit({ type: 'work', idempotencyKey: 'key' })
    expect(await refusalOf({ type: 'work', idempotencyKey: 'key', payload: 2 })).toBe('IDEMPOTENCY_CONFLICT')
    expect(await refusalOf({ type: 'work', payload: 'unstorable' })).toBe('PAYLOAD_NOT_STORABLE')
    store.isAway = true
    expect(await refusalOf({ type: 'work' })).toBe('Error: away')
    expect(admission.fill).toBe(0.001)
  })

  test('is refused to the lowest priorities first, and then nothing is stored', async () => {
    for (let place = 0; place < 900; place++) admission.admit({ tenantId, type: 'work', priority: 1, payloadBytes: 1 })
    expect(await refusalOf({ type: 'work', priority: 10 })).toBe('QUEUE_FULL')
    expect(store.inserts).toEqual([])
    expect((await submit({ type: 'work', priority: 9 })).status).toBe('ready')
  })
})
