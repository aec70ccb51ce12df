import { beforeEach, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { silentLogger } from '../shared/logger.ts'
import { addEvidence, type Evidence, noEvidence, type ServiceKey } from './service-record.ts'
import {
  type ChangedEvidence,
  type EvidenceAddition,
  type ServiceRecordStore,
  ServiceRecords,
  type StoredEvidence,
} from './service-records.ts'

const key = { tenantId: 'default', taskType: 'work', moduleId: 'm' }
const success = { ...key, ok: true, durationMs: 100, errorCode: null }
const failure = { ...key, ok: false, durationMs: 100, errorCode: 'HTTP_500' }

/** A store that several replicas may share, and that can be made to fail or to answer late. */
class MemoryStore implements ServiceRecordStore {
  readonly rows = new Map<string, StoredEvidence>()
  /** Keys of rows in the order in which they were changed; how many there are stands for the time. */
  readonly changes: string[] = []
  readonly writes: number[] = []
  isFailing = false
  beforeAnswer: () => void = () => {}
  answering: Promise<void> = Promise.resolve()

  async loadAll(): Promise<StoredEvidence[]> {
    return [...this.rows.values()]
  }

  async loadChanged(after: number | null): Promise<ChangedEvidence> {
    if (this.isFailing) throw new Error('the database does not answer')
    const changed = this.changes.slice(after ?? 0)
    const keys = new Set(changed)
    return {
      records: [...this.rows].flatMap(([id, row]) => (keys.has(id) ? [row] : [])),
      latestAt: this.changes.length,
    }
  }

  async add(additions: readonly EvidenceAddition[]): Promise<StoredEvidence[]> {
    if (this.isFailing) {
      this.beforeAnswer()
      throw new Error('the database does not answer')
    }
    this.writes.push(additions.length)
    const sums = additions.map(({ delta, ...added }) => {
      const sum = { ...added, evidence: addEvidence(this.evidenceOf(added), delta) }
      this.rows.set(JSON.stringify(added), sum)
      this.changes.push(JSON.stringify(added))
      return sum
    })
    this.beforeAnswer()
    await this.answering
    return sums
  }

  evidenceOf(wanted: ServiceKey): Evidence {
    return this.rows.get(JSON.stringify(wanted))?.evidence ?? noEvidence
  }
}

let clock: FakeClock
let store: MemoryStore

beforeEach(() => {
  clock = new FakeClock()
  store = new MemoryStore()
})

async function startReplica(): Promise<ServiceRecords> {
  const records = new ServiceRecords({ store, clock, logger: silentLogger })
  await records.start()
  return records
}

test('what was learned is there at once, and after a restart', async () => {
  const records = await startReplica()
  records.learn(success)
  records.learn(failure)
  expect(records.of(key).evidence).toMatchObject({ failures: 1, meanMs: 100 })
  expect(records.of(key).evidence.successes).toBeCloseTo(1, 2)
  await records.stop()

  const restarted = await startReplica()
  expect(restarted.of(key).evidence).toEqual(store.evidenceOf(key))
  expect(restarted.of(key).evidence.errorShares).toEqual(new Map([['HTTP_500', 1]]))
  await restarted.stop()
})

test('constructing starts nothing, and stopping leaves no timer', async () => {
  const idle = new ServiceRecords({ store, clock, logger: silentLogger })
  idle.learn(success)
  expect(clock.pendingTimers).toBe(0)
  const records = await startReplica()
  await clock.advance(10_000)
  expect(clock.pendingTimers).toBe(1)
  await records.stop()
  expect(clock.pendingTimers).toBe(0)
})

test('only changed records are written, together, every three seconds', async () => {
  const records = await startReplica()
  for (let time = 0; time < 100; time++) records.learn(success)
  records.learn({ ...failure, moduleId: 'other' })
  await clock.advance(2_999)
  expect(store.writes).toEqual([])
  await clock.advance(1)
  expect(store.writes).toEqual([2])
  await clock.advance(30_000)
  expect(store.writes).toEqual([2])
  records.learn(success)
  await clock.advance(3_000)
  expect(store.writes).toEqual([2, 1])
  await records.stop()
})

test('nothing is lost or counted twice when the store fails for a while', async () => {
  const records = await startReplica()
  records.learn(success)
  store.isFailing = true
  store.beforeAnswer = () => {
    store.beforeAnswer = () => {}
    records.learn(failure)
  }
  await clock.advance(6_000)
  expect(records.of(key).evidence.failures).toBe(1)
  store.isFailing = false
  await clock.advance(3_000)
  expect(store.evidenceOf(key)).toEqual(records.of(key).evidence)
  expect(store.evidenceOf(key).failures).toBeCloseTo(1)
  expect(store.evidenceOf(key).successes).toBeCloseTo(1, 2)
  await records.stop()
})

test('what is learned while a write is under way is kept and written next', async () => {
  const records = await startReplica()
  records.learn(success)
  store.beforeAnswer = () => {
    store.beforeAnswer = () => {}
    records.learn(success)
  }
  await clock.advance(3_000)
  expect(records.of(key).evidence.successes).toBeCloseTo(2, 2)
  expect(store.evidenceOf(key).successes).toBeCloseTo(1)
  await records.stop()
  expect(store.evidenceOf(key).successes).toBeCloseTo(2, 2)
})

test('stopping waits for a write under way and writes what came after it', async () => {
  const records = await startReplica()
  const { promise, resolve } = Promise.withResolvers<void>()
  store.answering = promise
  records.learn(success)
  await clock.advance(3_000)
  records.learn(failure)
  const stopped = records.stop()
  resolve()
  await stopped
  expect(store.evidenceOf(key)).toMatchObject({ failures: 1 })
  expect(store.evidenceOf(key)).toEqual(records.of(key).evidence)
})

test('what was learned before the start is added to what is loaded', async () => {
  const earlier = await startReplica()
  earlier.learn(success)
  await earlier.stop()
  const records = new ServiceRecords({ store, clock, logger: silentLogger })
  records.learn(failure)
  await records.start()
  expect(records.of(key).evidence).toMatchObject({ failures: 1, meanMs: 100 })
  await records.stop()
  expect(store.evidenceOf(key)).toEqual(records.of(key).evidence)
})

test('replicas that share a store come to know what the others learned of the same service', async () => {
  const [one, other] = [await startReplica(), await startReplica()]
  for (let time = 0; time < 10; time++) {
    one.learn(success)
    other.learn(failure)
  }
  await clock.advance(3_000)
  one.learn(success)
  other.learn(failure)
  await clock.advance(3_000)
  await Promise.all([one.stop(), other.stop()])
  const sum = store.evidenceOf(key)
  expect(sum.successes).toBeCloseTo(11, 0)
  expect(sum.failures).toBeCloseTo(11, 0)
  expect(other.of(key).evidence).toEqual(sum)
  expect(one.of(key).evidence.failures).toBeGreaterThan(9)
})

test('a replica that never called a service knows within seconds what the others learned of it', async () => {
  const [busy, idle] = [await startReplica(), await startReplica()]
  for (let time = 0; time < 10; time++) busy.learn(success)
  await clock.advance(3_000)
  await clock.advance(3_000)
  expect(idle.of(key).evidence).toEqual(busy.of(key).evidence)
  for (let time = 0; time < 10; time++) busy.learn(failure)
  await clock.advance(6_000)
  expect(idle.of(key).evidence).toEqual(store.evidenceOf(key))
  expect(idle.of(key).evidence.failures).toBeGreaterThan(9)
  expect(store.writes).toEqual([1, 1])
  await Promise.all([busy.stop(), idle.stop()])
})

test('what is learned here while that of others is read is not forgotten', async () => {
  const [one, other] = [await startReplica(), await startReplica()]
  one.learn(success)
  await one.flush()
  const read = store.loadChanged.bind(store)
  store.loadChanged = async after => {
    const changed = await read(after)
    other.learn(failure)
    store.loadChanged = read
    return changed
  }
  await other.flush()
  expect(other.of(key).evidence.failures).toBe(1)
  expect(other.of(key).evidence.successes).toBeCloseTo(1, 2)
  await Promise.all([one.stop(), other.stop()])
  expect(store.evidenceOf(key).failures).toBe(1)
})
