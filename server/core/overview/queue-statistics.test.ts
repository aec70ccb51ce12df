import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { interruptible } from '#server/testing/outage.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import { attempt, leaseEnd, newTask, succeeded } from '#server/testing/task-builders.ts'
import type { QueueCounts } from '../queue/queue-counts.ts'
import type { ClaimedTask, LeaseEnd, NewTask } from '../queue/task-store.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import { QueueStatistics } from './queue-statistics.ts'

/** The memory store, which counts how often it is asked for counts. */
class CountingStore extends MemoryTaskStore {
  asked = 0

  override counts(tenantId: string): Promise<QueueCounts> {
    this.asked++
    return super.counts(tenantId)
  }
}

const ids = createSeededIds(1)
let clock: FakeClock
let store: CountingStore
let statistics: QueueStatistics
let line: ReturnType<typeof interruptible<CountingStore>>

beforeEach(() => {
  clock = new FakeClock()
  store = new CountingStore(clock)
  line = interruptible(store)
  statistics = new QueueStatistics({
    store: line.port,
    clock,
    workers: { running: 4, concurrency: 16 },
    pauses: { list: () => [] },
    retryBudget: { views: () => [] },
    capacity: 500,
    moduleLoads: () => [
      { moduleId: 'm', running: 3, capacity: 4 },
      { moduleId: 'idle', running: 0, capacity: 0 },
    ],
  })
})

async function insert(type: string, change: Partial<NewTask> = {}): Promise<void> {
  const lane = await store.ensureLane({
    tenantId: 'default',
    taskType: type,
    pinnedModuleId: change.pinnedModuleId ?? null,
  })
  await store.insert([newTask(ids.next(), lane.id, type, change)])
}

/** Claims everything that is ready. */
async function claimAll(): Promise<ClaimedTask[]> {
  const lanes = (await store.lanes()).map(lane => ({ laneId: lane.id, slots: 100 }))
  return store.claim(lanes, 100, 'r1')
}

describe('counts', () => {
  test('are those of the store: by priority 1 to 10, by type over all its lanes, and in total', async () => {
    await insert('email', { priority: 5 })
    await insert('email', { priority: 5, pinnedModuleId: 'm' })
    await insert('finance', { priority: 1 })
    await insert('finance', { runAt: clock.now() + 60_000 })
    const [first] = await claimAll()
    await store.finish([leaseEnd(first, succeeded('1'), [attempt(1, 'succeeded')])])
    const stats = await statistics.stats('default')
    expect(stats).toMatchObject({ size: 1, ready: 0, scheduled: 1, running: 2, succeeded: 1, failed: 0, capacity: 500 })
    expect(stats.byPriority.map(row => row.priority)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(stats.byPriority.reduce((sum, row) => sum + row.running, 0)).toBe(2)
    expect(stats.byType.map(row => row.type)).toHaveLength(new Set(stats.byType.map(row => row.type)).size)
    expect(stats.workers).toEqual({ busy: 4, total: 16, utilization: 0.25 })
  })

  test('are read once a second, however many ask', async () => {
    await Promise.all(Array.from({ length: 50 }, () => statistics.counts('default')))
    await clock.advance(999)
    await statistics.stats('default')
    expect(store.asked).toBe(1)
    await clock.advance(1)
    await statistics.counts('default')
    expect(store.asked).toBe(2)
  })

  test('that could not be read are read again by the next who asks', async () => {
    line.isAway = true
    await expect(statistics.counts('default')).rejects.toThrow('does not answer')
    line.isAway = false
    expect(await statistics.counts('default')).toMatchObject({ ready: 0 })
  })

  test('say since when the oldest ready task has been waiting', async () => {
    expect((await statistics.stats('default')).oldestReadyAt).toBeNull()
    const since = clock.now()
    await insert('email')
    await clock.advance(5_000)
    await insert('email')
    expect((await statistics.stats('default')).oldestReadyAt).toBe(new Date(since).toISOString())
  })
})

describe('waits and run times', () => {
  /** A lease of a task that waited for 100 ms and whose attempts took so long, one after the other. */
  async function leaseWith(attempts: readonly number[], attemptsBefore = 0): Promise<LeaseEnd> {
    await insert('email')
    const [task] = await claimAll()
    if (!task) throw new Error('nothing was claimed')
    let at = task.enqueuedAt + 100
    const records = attempts.map((durationMs, index) => {
      const record = { ...attempt(attemptsBefore + index + 1, 'failed'), dispatchedAt: at, endedAt: at + durationMs }
      at += durationMs
      return record
    })
    return { ...leaseEnd({ ...task, attempts: attemptsBefore }, succeeded('1'), records), at }
  }

  test('a task waits once, from its queueing to its first call; each of its calls is a run', async () => {
    statistics.observe(await leaseWith([40, 60]))
    const { wait, run } = await statistics.stats('default')
    expect(wait).toMatchObject({ count: 1, meanMs: 100 })
    expect(run).toMatchObject({ count: 2, meanMs: 50 })
  })

  test('the wait for a retry is no wait in the queue', async () => {
    statistics.observe(await leaseWith([40], 1))
    const { wait, run } = await statistics.stats('default')
    expect([wait.count, run.count]).toEqual([0, 1])
  })

  test('a lease that went back without a call counts nowhere', async () => {
    statistics.observe(await leaseWith([]))
    const { wait, run } = await statistics.stats('default')
    expect([wait.count, run.count]).toEqual([0, 0])
  })

  test('are told for each type and each module too, with what completed and failed in the last five minutes', async () => {
    statistics.observe(await leaseWith([40, 60]))
    const good = await leaseWith([100])
    statistics.observe({ ...good, attempts: good.attempts.map(each => ({ ...each, outcome: 'succeeded' })) })
    const { types, modules } = await statistics.detail('default')
    expect(types).toMatchObject([
      { type: 'email', completed: 2, failed: 0, wait: { count: 2, meanMs: 100 }, run: { count: 3 } },
    ])
    expect(modules).toMatchObject([
      { moduleId: 'm', running: 3, capacity: 4, utilization: 0.75, completed: 1, failed: 2, run: { count: 3 } },
      { moduleId: 'idle', running: 0, utilization: 0, completed: 0, failed: 0, run: { count: 0, p99Ms: null } },
    ])
    await clock.advance(300_000)
    expect((await statistics.detail('default')).types[0]).toMatchObject({ completed: 0, run: { count: 0 } })
  })

  test('are those of the tenant that asks', async () => {
    statistics.observe(await leaseWith([40]))
    expect((await statistics.stats('another')).run.count).toBe(0)
  })
})
