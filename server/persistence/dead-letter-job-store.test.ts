import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeasedJob, SettledItem } from '#server/core/dead-letters/dead-letter-job-store.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { createDeadLetterJobStore } from './sql-dead-letter-store.ts'
import { createIdSource } from './uuid-v7.ts'

const ids = createIdSource()
const by = { kind: 'person', id: 'p1', name: 'Olga Operator', tenantId: 'default' } as const
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query(
    `INSERT INTO dead_letter (tenant_id, id, type, priority, attempts, error_code, error_message, fingerprint, failed_at)
     SELECT 'default', gen_random_uuid(), 'lettered', 5, 1, 'X', 'x', repeat('a', 16), date_trunc('milliseconds', now())
     FROM generate_series(1, 50)`,
  )
})
afterAll(() => database[Symbol.asyncDispose]())

function open() {
  return createDeadLetterJobStore(database.pool)
}

async function makeJob(trialSize: number | null = null): Promise<string> {
  const made = await open().create({
    id: ids.next(),
    kind: 'reprocess',
    by,
    reason: null,
    selection: { filter: { type: 'lettered' } },
    ratePerSecond: 10,
    trial: trialSize === null ? null : { size: trialSize, continueFrom: null },
    idempotencyKey: null,
    bodyHash: null,
  })
  if (made.kind !== 'created') throw new Error(`the job was not made: ${made.kind}`)
  return made.job.id
}

async function leaseOf(replicaId: string, id: string, leaseMs = 60_000): Promise<LeasedJob | undefined> {
  return (await open().lease(replicaId, leaseMs)).find(job => job.id === id)
}

const doneItem = (position: number): SettledItem => ({
  position,
  outcome: 'done',
  taskId: null,
  code: null,
  message: null,
})

test('of many replicas that ask at once, one gets the lease of a job, and keeps it as long as it renews it', async () => {
  const id = await makeJob()
  const replicas = Array.from({ length: 12 }, (_, index) => `contender-${index}`)
  const holders = (await Promise.all(replicas.map(replica => leaseOf(replica, id).then(job => job && replica)))).filter(
    Boolean,
  )
  expect(holders).toHaveLength(1)
  const [holder = ''] = holders
  expect(await leaseOf(holder, id)).toBeDefined()
  expect(await leaseOf('latecomer', id)).toBeUndefined()
  await open().release(holder)
  expect(await leaseOf('latecomer', id)).toBeDefined()
  await open().release('latecomer')
})

test('what a replica that lost its lease still settles or decides changes nothing', async () => {
  const id = await makeJob()
  const stale = await leaseOf('frozen', id, 0)
  const current = await leaseOf('awake', id)
  if (!stale || !current) throw new Error('the lease did not pass on')
  await open().settle(stale, 'frozen', [doneItem(1), doneItem(2)], 'QUEUE_FULL')
  await open().advance(stale, 'frozen', { status: 'done', trial: null })
  expect(await open().get('default', id)).toMatchObject({ status: 'running', done: 0, waitingFor: null })
  await open().settle(current, 'awake', [doneItem(1)], null)
  await open().settle(current, 'awake', [doneItem(1)], null)
  expect(await open().get('default', id), 'a letter is settled once').toMatchObject({ done: 1 })
  await open().release('awake')
})

test('a sample is drawn at random from all letters, comes first, and is all that a trial takes', async () => {
  const id = await makeJob(8)
  const job = await leaseOf('sampler', id)
  if (!job) throw new Error('the job was not leased')
  const sample = await open().nextItems(job, 100)
  expect(sample.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  const rest = await open().nextItems({ ...job, status: 'running' }, 100)
  expect(rest).toHaveLength(50)
  expect(new Set(rest.map(({ letterId }) => letterId)).size).toBe(50)
  const again = await leaseOf('sampler', await makeJob(8))
  const other = again ? await open().nextItems(again, 100) : []
  expect(other.map(({ letterId }) => letterId)).not.toEqual(sample.map(({ letterId }) => letterId))
  await open().release('sampler')
})

test('a decision that comes while a step is under way stands: the step is counted, the job goes no further', async () => {
  const id = await makeJob()
  const job = await leaseOf('working', id)
  if (!job) throw new Error('the job was not leased')
  expect(await open().decide(by, id, { kind: 'abort', reason: 'stop' })).toBe('running')
  await open().settle(job, 'working', [doneItem(1), doneItem(2)], null)
  await open().advance(job, 'working', { status: 'done', trial: null })
  expect(await open().get('default', id)).toMatchObject({ status: 'aborted', done: 2, endedBy: by.name })
  expect(await leaseOf('working', id)).toBeUndefined()
  expect(await open().decide({ ...by, tenantId: 'another' }, id, { kind: 'continue' })).toBeNull()
})
