import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { type InterruptiblePort, interruptible } from '#server/testing/outage.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import { newTask } from '#server/testing/task-builders.ts'
import { silentLogger } from '../shared/logger.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import type { ClaimedTask, NewTask, ReclaimedTask } from './task-store.ts'
import { Upkeep } from './upkeep.ts'

let clock: FakeClock
let store: MemoryTaskStore
let upkeep: Upkeep
let laneId: number
let promotions: { at: number; lanes: readonly number[] }[]
let repaired: { id: string }[]
let reclaimed: ReclaimedTask[]
let expired: number
let line: InterruptiblePort<MemoryTaskStore>
let canBeat: boolean
let beats: number
let ownsDuties: boolean
const ids = createSeededIds(1)

beforeEach(async () => {
  clock = new FakeClock()
  store = new MemoryTaskStore(clock)
  laneId = (await store.ensureLane({ tenantId: 'default', taskType: 'work' })).id
  promotions = []
  repaired = []
  reclaimed = []
  expired = 0
  beats = 0
  line = interruptible(store)
  canBeat = true
  ownsDuties = true
  upkeep = new Upkeep({
    store: line.port,
    heartbeat: async () => {
      if (line.isAway || !canBeat) throw new Error('away')
      beats++
      store.beat('own')
    },
    declareLost: async () => {},
    endsOverdue: () => ownsDuties,
    checksBlocked: () => ownsDuties,
    clock,
    logger: silentLogger,
    replicaId: 'own',
    recovery: { failed: () => {}, succeeded: () => {} },
    onPromoted: lanes => promotions.push({ at: clock.now(), lanes }),
    onRepaired: tasks => repaired.push(...tasks),
    onReclaimed: tasks => reclaimed.push(...tasks),
    onExpired: count => {
      expired += count
    },
  })
})

async function insert(change: Partial<NewTask> = {}): Promise<NewTask> {
  const task = newTask(ids.next(), laneId, 'work', { acceptedAt: clock.now(), ...change })
  await store.insert([task])
  return task
}

async function claim(replicaId: string): Promise<ClaimedTask[]> {
  return store.claim([{ laneId, slots: 10 }], 10, replicaId)
}

/** Another replica, which beats every second, 700 ms after this one, until it dies. */
function beatAs(replicaId: string): () => void {
  let cancel = () => {}
  const beat = () => {
    if (!line.isAway) store.beat(replicaId)
    cancel = clock.setTimer(1_000, beat)
  }
  cancel = clock.setTimer(700, beat)
  return () => cancel()
}

describe('waiting work', () => {
  test('is put into the queue when its time has come, within 10 ms of being told', async () => {
    await upkeep.start()
    const start = clock.now()
    await insert({ runAt: start + 333 })
    upkeep.expectDueIn(333)
    await clock.advance(332)
    expect(promotions).toEqual([])
    await clock.advance(11)
    expect(promotions).toEqual([{ at: start + 333, lanes: [laneId] }])
  })

  test('that nobody told of is found within a second', async () => {
    await upkeep.start()
    await clock.advance(5_000)
    await insert({ runAt: clock.now() + 100 })
    await clock.advance(1_100)
    expect(promotions).toHaveLength(1)
  })

  test('that is more than a batch is taken in batches, one right after the other', async () => {
    for (let n = 0; n < 1_200; n++) await insert({ runAt: clock.now() })
    await upkeep.start()
    await clock.advance(50)
    expect(promotions).toHaveLength(3)
    expect(await store.counts('default')).toMatchObject({ ready: 1_200, scheduled: 0 })
  })
})

test('queued work whose deadline passed is ended within a second, however much there is', async () => {
  for (let n = 0; n < 1_200; n++) await insert({ deadline: clock.now() + 500 })
  await upkeep.start()
  await clock.advance(1_000)
  expect(expired).toBe(1_200)
  expect((await store.totals('default')).expired).toBe(1_200)
})

describe('the work of the dead', () => {
  test('what this replica held when it died is taken back before anything else begins', async () => {
    const task = await insert()
    store.beat('own')
    await claim('own')
    await upkeep.start()
    expect(reclaimed).toMatchObject([{ id: task.id, outcome: 'requeued' }])
    expect(await store.counts('default')).toMatchObject({ ready: 1, running: 0 })
  })

  test('a replica that falls silent loses its work within ten seconds, one that beats keeps it', async () => {
    const die = beatAs('dying')
    beatAs('living')
    await upkeep.start()
    await clock.advance(10_000)
    await insert()
    await claim('dying')
    const kept = await insert()
    await claim('living')
    die()
    await clock.advance(10_000)
    expect(reclaimed).toMatchObject([{ formerReplicaId: 'dying' }])
    expect((await store.get('default', kept.id))?.summary.status).toBe('running')
  })

  test('after the database was away nobody is taken for dead who beats again when it is back', async () => {
    beatAs('other')
    await upkeep.start()
    await clock.advance(10_000)
    await insert()
    await claim('own')
    await insert()
    await claim('other')
    line.isAway = true
    await clock.advance(29_950)
    line.isAway = false
    await clock.advance(30_000)
    expect(reclaimed).toEqual([])
  })

  test('who does not come back after the database was away is found all the same', async () => {
    const die = beatAs('other')
    await upkeep.start()
    await clock.advance(10_000)
    await insert()
    await claim('other')
    line.isAway = true
    die()
    await clock.advance(30_000)
    line.isAway = false
    await clock.advance(10_000)
    expect(reclaimed).toHaveLength(1)
  })

  test('a replica whose own heartbeats do not get through takes nothing from anybody, itself included', async () => {
    const die = beatAs('other')
    await upkeep.start()
    await clock.advance(10_000)
    await insert()
    await claim('own')
    await insert()
    await claim('other')
    die()
    canBeat = false
    await clock.advance(60_000)
    expect(reclaimed).toEqual([])
  })
})

test('while the database is away every duty goes on trying, once a second or two, and is back when it is', async () => {
  await upkeep.start()
  line.isAway = true
  await insert({ runAt: clock.now() + 100 })
  await clock.advance(10_000)
  expect(promotions).toEqual([])
  line.isAway = false
  await clock.advance(1_000)
  expect(promotions).toHaveLength(1)
  expect(upkeep.lastHeartbeatAt).toBeGreaterThan(clock.now() - 1_000)
})

test('it beats every second, and when stopped does nothing more', async () => {
  await upkeep.start()
  await clock.advance(10_500)
  expect(beats).toBeGreaterThanOrEqual(11)
  await upkeep.stop()
  beats = 0
  await clock.advance(60_000)
  expect({ beats, timers: clock.pendingTimers }).toEqual({ beats: 0, timers: 0 })
})

test('blocked tasks are looked through every 30 s, page by page, by whoever has that duty, and what was wrong is told', async () => {
  const asked: (string | null)[] = []
  Object.assign(store, {
    repairBlocked: async (afterId: string | null) => {
      asked.push(afterId)
      return afterId === null
        ? { repaired: [{ tenantId: 'default', id: 'stuck' }], lastId: 'middle' }
        : { repaired: [], lastId: null }
    },
  })
  await upkeep.start()
  await clock.advance(29_000)
  expect(asked).toEqual([])
  await clock.advance(1_000)
  expect(asked).toEqual([null, 'middle'])
  expect(repaired).toEqual([{ tenantId: 'default', id: 'stuck' }])
  ownsDuties = false
  await clock.advance(60_000)
  expect(asked).toEqual([null, 'middle'])
  ownsDuties = true
  await clock.advance(30_000)
  expect(asked).toEqual([null, 'middle', null, 'middle'])
  await upkeep.stop()
})
