import fc from 'fast-check'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClaimedTask, NewTask, TaskStore } from '#server/core/queue/task-store.ts'
import { systemPrincipal } from '#server/core/shared/principal.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { openSqlTaskWorld } from '#server/testing/sql-task-world.ts'
import { attempt, leaseEnd, newTask, succeeded } from '#server/testing/task-builders.ts'
import { SqlTaskStore } from './sql-task-store.ts'

const tenantId = 'default'
const type = 'step'
const failed = {
  kind: 'end',
  status: 'failed',
  result: null,
  error: { code: 'X', message: 'x' },
  reason: null,
} as const

let database: TestDatabase
let pools: Pool[]
beforeAll(async () => {
  database = await createTestDatabase()
  // The settings of the hot path, under which its statements have to keep their plans.
  const options =
    '-c plan_cache_mode=force_generic_plan -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off'
  pools = Array.from({ length: 4 }, () => new Pool({ connectionString: database.url, max: 3, options }))
})
afterAll(async () => {
  await Promise.all(pools.map(pool => pool.end()))
  await database[Symbol.asyncDispose]()
})

/** Four replicas over one empty queue with one lane. */
async function openFleet() {
  const { store, newId } = await openSqlTaskWorld(database.pool)
  const lane = await store.ensureLane({ tenantId, taskType: type })
  const stores = pools.map((pool, index) => new SqlTaskStore({ hot: pool, pool, replicaId: `r${index}` }))
  const deadlocksBefore = await countDeadlocks()
  return {
    store,
    stores,
    newId,
    make: (change: Partial<NewTask> = {}) => newTask(change.id ?? newId(), lane.id, type, change),
    claim: (from: TaskStore, slots: number, by: string) => from.claim([{ laneId: lane.id, slots }], slots, by),
    deadlocks: async () => (await countDeadlocks()) - deadlocksBefore,
  }
}

async function countDeadlocks(): Promise<number> {
  const { rows } = await database.pool.query<{ deadlocks: number }>(
    `SELECT pg_stat_force_next_flush(), deadlocks::int FROM pg_stat_database WHERE datname = current_database()`,
  )
  return rows[0]?.deadlocks ?? 0
}

/** How often each task was told to have become this. */
async function eventsOf(eventType: string): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ id: string; times: number }>(
    `SELECT e->>'taskId' AS id, count(*)::int AS times FROM event_batch, jsonb_array_elements(events::jsonb) e
     WHERE e->>'type' = $1 GROUP BY 1`,
    [eventType],
  )
  return new Map(rows.map(row => [row.id, row.times]))
}

function endOf(task: ClaimedTask, isOk: boolean) {
  return leaseEnd(task, isOk ? succeeded('1') : failed, [attempt(task.attempts + 1, isOk ? 'succeeded' : 'failed')])
}

test('a child of 1,000 parents that end together on four replicas becomes ready once and is claimed once, without a deadlock', async () => {
  const fleet = await openFleet()
  const { store, stores } = fleet
  const parents = Array.from({ length: 1_000 }, () => fleet.make())
  await store.insert(parents)
  const children = Array.from({ length: 3 }, () => fleet.make({ dependsOn: parents.map(parent => parent.id) }))
  expect(await store.insert(children)).toEqual(children.map(() => ({ kind: 'inserted', waitsFor: 1_000 })))
  const held = await Promise.all(stores.map((each, index) => fleet.claim(each, 250, `r${index}`)))
  expect(held.flat().length).toBe(1_000)
  await Promise.all(
    stores.flatMap((each, index) =>
      [0, 1, 2, 3, 4].map(part =>
        each.finish(
          (held[index] ?? []).filter((_, place) => place % 5 === part).map(task => endOf(task, true)),
          `r${index}`,
        ),
      ),
    ),
  )
  expect((await store.counts(tenantId)).blocked).toBe(0)
  const ready = await eventsOf('task.ready')
  expect(children.map(child => ready.get(child.id))).toEqual([1, 1, 1])
  const claimed = await Promise.all(stores.map((each, index) => fleet.claim(each, 10, `r${index}`)))
  expect(
    claimed
      .flat()
      .map(task => task.id)
      .sort(),
  ).toEqual(children.map(child => child.id).sort())
  expect(await fleet.deadlocks()).toBe(0)
})

test('a child of 1,000 parents of which some fail at once on four replicas ends once', async () => {
  const fleet = await openFleet()
  const { store, stores } = fleet
  const parents = Array.from({ length: 1_000 }, () => fleet.make())
  await store.insert(parents)
  const child = fleet.make({ dependsOn: parents.map(parent => parent.id) })
  const below = Array.from({ length: 50 }, () => fleet.make({ dependsOn: [child.id] }))
  await store.insert([child, ...below])
  const held = await Promise.all(stores.map((each, index) => fleet.claim(each, 250, `r${index}`)))
  await Promise.all(
    stores.flatMap((each, index) =>
      [0, 1, 2, 3, 4].map(part =>
        each.finish(
          (held[index] ?? []).filter((_, place) => place % 5 === part).map((task, n) => endOf(task, n % 7 !== 0)),
          `r${index}`,
        ),
      ),
    ),
  )
  const cancelled = await eventsOf('task.cancelled')
  expect([child, ...below].map(task => cancelled.get(task.id))).toEqual([child, ...below].map(() => 1))
  const totals = await store.totals(tenantId)
  expect(totals).toMatchObject({ accepted: 1_051, cancelled: 51 })
  expect(totals.succeeded + totals.failed).toBe(1_000)
  expect((await store.get(tenantId, below[7]?.id ?? ''))?.failedAncestor?.status).toBe('failed')
  expect(await fleet.deadlocks()).toBe(0)
})

test('whoever ends a parent while children of it are inserted: no child waits for ever, none starts without it', async () => {
  const fleet = await openFleet()
  const { store, stores } = fleet
  const [a, b, c, d] = stores as [SqlTaskStore, SqlTaskStore, SqlTaskStore, SqlTaskStore]
  for (let round = 0; round < 60; round++) {
    const [parent, apart] = [fleet.make(), fleet.make({ runAt: Date.now() + 3_600_000 })]
    await store.insert([parent, apart])
    const isOk = round % 3 !== 0
    const child = () => fleet.make({ dependsOn: [parent.id] })
    const [early, lateChild] = [child(), child()]
    const grandchild = fleet.make({ dependsOn: [lateChild.id, apart.id] })
    const runParent = async () => {
      const [held] = await fleet.claim(a, 1, 'r0')
      if (held) await a.finish([endOf(held, isOk)], 'r0')
    }
    const [, ...results] = await Promise.all([
      runParent(),
      b.insert([early]),
      c.insert([lateChild, grandchild]),
      round % 2 === 0 ? d.cancel(systemPrincipal(tenantId), apart.id, 'enough', 'r3').then(() => []) : [],
    ])
    if ((await store.get(tenantId, parent.id))?.summary.status === 'ready') await runParent()
    const accepted = [early, lateChild].filter((_, index) => results[index]?.[0]?.kind === 'inserted')
    const statuses = await Promise.all(accepted.map(async ({ id }) => (await store.get(tenantId, id))?.summary.status))
    expect(statuses, `round ${round}`).toEqual(accepted.map(() => (isOk ? 'ready' : 'cancelled')))
    const last = await store.get(tenantId, grandchild.id)
    if (last) expect(last.summary.status).toBe(isOk && round % 2 === 1 ? 'blocked' : 'cancelled')
    await Promise.all(accepted.map(({ id }) => store.cancel(systemPrincipal(tenantId), id, 'next round', 'r1')))
    await store.cancel(systemPrincipal(tenantId), apart.id, 'next round', 'r1')
  }
  expect(await store.repairBlocked(null, 1_000)).toEqual({ repaired: [], lastId: null })
  expect(await fleet.deadlocks()).toBe(0)
}, 60_000)

const shapes = fc.record({
  /** For each task, which of those before it are its parents: as a share of their number. */
  parents: fc.array(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 4 }), {
    minLength: 2,
    maxLength: 40,
  }),
  failing: fc.array(fc.nat(40), { maxLength: 3 }),
  batches: fc.integer({ min: 1, max: 4 }),
})

test('any graph run by four replicas at once ends: each task starts once after all of its parents, or is cancelled because one failed', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async ({ parents, failing, batches }) => {
      const fleet = await openFleet()
      const { store, stores } = fleet
      const ids = parents.map(() => fleet.newId())
      const parentsOf = parents.map((shares, index) => [
        ...new Set(shares.map(share => Math.floor(share * index)).filter(parent => parent < index)),
      ])
      const fails = new Set(failing)
      const started: number[] = []
      const work = async (from: TaskStore, by: string) => {
        for (let idle = 0; idle < 3; ) {
          const claimed = await fleet.claim(from, 3, by)
          idle = claimed.length === 0 ? idle + 1 : 0
          for (const task of claimed) started.push(ids.indexOf(task.id))
          await from.finish(
            claimed.map(task => endOf(task, !fails.has(ids.indexOf(task.id)))),
            by,
          )
        }
      }
      const size = Math.ceil(ids.length / batches)
      const insertAll = async () => {
        for (let first = 0; first < ids.length; first += size) {
          const members = ids.slice(first, first + size)
          await store.insert(
            members.map((id, place) => {
              const dependsOn = (parentsOf[first + place] ?? []).map(parent => ids[parent] ?? '')
              return fleet.make({ id, dependsOn })
            }),
          )
        }
      }
      await Promise.all([insertAll(), ...stores.map((each, index) => work(each, `r${index}`))])
      await work(store, 'r1')
      const doomed = new Set<number>()
      for (const [index, own] of parentsOf.entries()) {
        if (own.some(parent => doomed.has(parent) || fails.has(parent))) doomed.add(index)
      }
      for (const [index, id] of ids.entries()) {
        const status = (await store.get(tenantId, id))?.summary.status
        const times = started.filter(each => each === index).length
        if (doomed.has(index)) {
          // Refused when its parent had failed before it was inserted.
          expect([undefined, 'cancelled']).toContain(status)
          expect(times).toBe(0)
        } else {
          expect([status, times]).toEqual([fails.has(index) ? 'failed' : 'succeeded', 1])
          for (const parent of parentsOf[index] ?? []) {
            expect(started.indexOf(parent)).toBeLessThan(started.indexOf(index))
          }
        }
      }
      expect(await store.repairBlocked(null, 1_000)).toEqual({ repaired: [], lastId: null })
      expect(await fleet.deadlocks()).toBe(0)
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('an entry that the database cannot hold takes with it only what depends on it, in one transaction', async () => {
  const { store, make } = await openFleet()
  const [root, bad] = [make(), make({ payload: '"\\u0000"' })]
  const tasks = [root, bad, make({ dependsOn: [root.id] }), make({ dependsOn: [root.id, bad.id] })]
  expect(await store.insert(tasks)).toEqual([
    { kind: 'inserted' },
    { kind: 'refused' },
    { kind: 'inserted', waitsFor: 1 },
    { kind: 'parent_rejected', parentId: bad.id },
  ])
  expect((await store.totals(tenantId)).accepted).toBe(2)
})

test('nothing of a graph is there when its transaction breaks off', async () => {
  const { store, make } = await openFleet()
  const [root, twin] = [make(), make()]
  const child = make({ dependsOn: [root.id], idempotencyKey: 'k', bodyHash: 'h' })
  await store.insert([twin])
  await expect(store.insert([root, child, make({ id: twin.id, dependsOn: [root.id] })])).rejects.toThrow(
    'duplicate key',
  )
  expect(await store.get(tenantId, root.id)).toBeNull()
  expect(await store.insert([root, child])).toEqual([{ kind: 'inserted' }, { kind: 'inserted', waitsFor: 1 }])
})

test('what a fault left behind is found and put right: a lost release, a lost end, a wrong count', async () => {
  const { store, make, claim } = await openFleet()
  const [good, bad, slow] = [make({ rank: 1 }), make({ rank: 2 }), make({ rank: 3 })]
  await store.insert([good, bad, slow])
  const forgotten = make({ dependsOn: [good.id] })
  const doomed = make({ dependsOn: [bad.id, slow.id] })
  const below = make({ dependsOn: [doomed.id] })
  const miscounted = make({ dependsOn: [slow.id] })
  const fine = make({ dependsOn: [slow.id] })
  await store.insert([forgotten, doomed, below, miscounted, fine])
  // A replica of a version that knows nothing of dependencies ends both.
  await database.pool.query('DELETE FROM awaited WHERE id = ANY ($1::uuid[])', [[good.id, bad.id]])
  await database.pool.query('UPDATE waiting SET parents = 7 WHERE id = $1', [miscounted.id])
  const held = await claim(store, 2, 'r1')
  await store.finish(
    held.map((task, index) => endOf(task, index === 0)),
    'r1',
  )
  const statusOf = async ({ id }: NewTask) => (await store.get(tenantId, id))?.summary.status
  expect(await Promise.all([forgotten, doomed].map(statusOf))).toEqual(['blocked', 'blocked'])
  const repaired: string[] = []
  let afterId: string | null = null
  do {
    const page = await store.repairBlocked(afterId, 2)
    repaired.push(...page.repaired.map(task => task.id))
    afterId = page.lastId
  } while (afterId !== null)
  expect(repaired.toSorted()).toEqual([forgotten, doomed, miscounted].map(task => task.id).toSorted())
  expect(await Promise.all([forgotten, doomed, below].map(statusOf))).toEqual(['ready', 'cancelled', 'cancelled'])
  expect(await store.get(tenantId, below.id)).toMatchObject({ failedAncestor: { id: bad.id, status: 'failed' } })
  const [last] = await claim(store, 1, 'r1')
  expect(last?.id).toBe(slow.id)
  await store.finish([endOf(last as ClaimedTask, true)], 'r1')
  expect(await Promise.all([miscounted, fine].map(statusOf))).toEqual(['ready', 'ready'])
  expect(await store.totals(tenantId)).toMatchObject({ succeeded: 2, failed: 1, cancelled: 2 })
})
