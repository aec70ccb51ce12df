import { describe, expect, test } from 'vitest'
import type { NewTask, TaskStore } from '#server/core/queue/task-store.ts'
import { systemPrincipal } from '../core/shared/principal.ts'
import { attempt, leaseEnd, newTask, succeeded } from './task-builders.ts'
import { type TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'
const type = 'step'
const hour = 3_600_000
const failed = {
  kind: 'end',
  status: 'failed',
  result: null,
  error: { code: 'X', message: 'x' },
  reason: null,
} as const

/** What every TaskStore guarantees for tasks that depend on each other; run against PostgreSQL and against memory. */
export function describeDependencies(name: string, makeWorld: () => Promise<TaskStoreWorld>): void {
  describe(`dependencies (${name})`, () => {
    test('a task waits for all of its parents and is ready when the last of them has succeeded', async () => {
      const { store, add, finish, statusOf } = await open(makeWorld)
      const [a, b] = await add({}, {})
      const moved = listen(store)
      const [child] = await add({ dependsOn: [a, b] })
      expect(await statusOf(child)).toBe('blocked')
      expect((await store.get(tenantId, child))?.waiting).toMatchObject({ reason: 'parents', dueAt: null })
      await finish(a, succeeded('1'))
      expect(await statusOf(child)).toBe('blocked')
      moved.length = 0
      await finish(b, succeeded('1'))
      expect(await statusOf(child)).toBe('ready')
      expect(moved).toMatchObject([{ cancelled: 0, laneIds: [expect.any(Number)], dueInMs: null }])
      await finish(child, succeeded('1'))
      expect(await store.totals(tenantId)).toMatchObject({ accepted: 3, succeeded: 3 })
    })

    test('a parent that has succeeded already is satisfied; when all have, the task is ready at once', async () => {
      const { store, add, insert, finish, statusOf } = await open(makeWorld)
      const [a, b] = await add({}, {})
      await finish(a, succeeded('1'))
      expect(await insert({ dependsOn: [a] })).toMatchObject([{ kind: 'inserted' }])
      const [half] = await add({ dependsOn: [a, b, a] })
      expect(await statusOf(half)).toBe('blocked')
      await finish(b, succeeded('1'))
      expect(await statusOf(half)).toBe('ready')
      expect((await store.get(tenantId, half))?.dependsOn).toEqual([
        { id: a, status: 'succeeded' },
        { id: b, status: 'succeeded' },
      ])
    })

    test('a parent that goes back into the queue or waits for a retry keeps its children waiting', async () => {
      const { store, add, finish, statusOf, ...world } = await open(makeWorld)
      const [a] = await add({})
      const [child] = await add({ dependsOn: [a] })
      await finish(a, { kind: 'requeue' })
      await finish(a, { kind: 'wait', delayMs: 0, reason: 'retry' })
      expect(await statusOf(child)).toBe('blocked')
      await world.pass(20)
      await store.promoteDue(10)
      await finish(a, succeeded('1'))
      expect(await statusOf(child)).toBe('ready')
    })

    test('a task with a start time waits for its parents first and for its time then', async () => {
      const { store, add, finish, statusOf } = await open(makeWorld)
      const [a] = await add({})
      const [later, past] = await add(
        { dependsOn: [a], runAt: Date.now() + hour },
        { dependsOn: [a], runAt: Date.now() - hour },
      )
      expect(await statusOf(later)).toBe('blocked')
      const moved = listen(store)
      await finish(a, succeeded('1'))
      expect(await statusOf(later)).toBe('scheduled')
      expect(await statusOf(past)).toBe('ready')
      expect((await store.get(tenantId, later))?.waiting?.reason).toBe('not_before')
      const dueInMs = Math.min(...moved.map(each => each.dueInMs ?? Number.POSITIVE_INFINITY))
      expect(dueInMs).toBeGreaterThan(hour - 60_000)
      expect(dueInMs).toBeLessThanOrEqual(hour)
    })

    test.each<[string, (world: Opened, id: string) => Promise<unknown>, string]>([
      ['fails', (world, id) => world.finish(id, failed), 'failed'],
      [
        'is cancelled in the queue',
        (world, id) => world.store.cancel(systemPrincipal(tenantId), id, 'enough', 'r1'),
        'cancelled',
      ],
      [
        'is cancelled while it runs',
        async (world, id) => {
          const held = await world.claimOne(id)
          await world.store.cancel(systemPrincipal(tenantId), id, 'enough', 'r1')
          await world.store.finish([leaseEnd(held, { kind: 'requeue' })], 'r1')
        },
        'cancelled',
      ],
      [
        'expires',
        async world => {
          await world.pass(200)
          expect(await world.store.expireOverdue(10, 'r1')).toBe(1)
        },
        'expired',
      ],
      [
        'loses its replica on its last attempt',
        async (world, id) => {
          await world.addReplica('victim')
          await world.claimOne(id, 'victim')
          await world.store.reclaim(5_000, 'victim')
        },
        'failed',
      ],
    ])('when a parent %s, all that waits for it ends cancelled and says so', async (_how, end, status) => {
      const world = await open(makeWorld)
      const { store, add, statusOf } = world
      const [a, other] = await add({ deadline: Date.now() + 150, maxAttempts: 1 }, {})
      const [child] = await add({ dependsOn: [a, other], payload: '"child"' })
      const [grandchild, apart] = await add({ dependsOn: [child] }, { dependsOn: [other] })
      const before = await store.liveTotals()
      const moved = listen(store)
      await end(world, a)
      expect(await statusOf(a)).toBe(status)
      for (const id of [child, grandchild]) {
        expect(await store.get(tenantId, id)).toMatchObject({
          summary: { status: 'cancelled', errorCode: 'PARENT_FAILED' },
          endReason: 'PARENT_FAILED',
          failedAncestor: { id: a, status },
          waiting: null,
        })
      }
      expect(await statusOf(apart)).toBe('blocked')
      const own = status === 'cancelled' ? 1 : 0
      expect((await store.totals(tenantId)).cancelled).toBe(2 + own)
      expect(before.count - (await store.liveTotals()).count).toBe(3)
      expect(moved.reduce((sum, each) => sum + each.cancelled, 0)).toBe(2)
    })

    test('a task that is blocked and late ends expired, and what waits for it cancelled', async () => {
      const { store, add, statusOf, ...world } = await open(makeWorld)
      const [a] = await add({})
      const [late, both] = await add(
        { dependsOn: [a], deadline: Date.now() + 100 },
        { dependsOn: [a], deadline: Date.now() + 100 },
      )
      const [child, lateChild] = await add({ dependsOn: [late] }, { dependsOn: [both], deadline: Date.now() + 100 })
      await world.pass(150)
      expect(await store.expireOverdue(10, 'r1')).toBe(3)
      expect(await Promise.all([a, late, both, child, lateChild].map(statusOf))).toEqual([
        ...['ready', 'expired', 'expired', 'cancelled', 'expired'],
      ])
    })

    test('a child that was cancelled stays so when its parents succeed, and ends what waits for it', async () => {
      const { store, add, finish, statusOf } = await open(makeWorld)
      const [a] = await add({})
      const [child] = await add({ dependsOn: [a] })
      const [grandchild] = await add({ dependsOn: [child] })
      expect(await store.cancel(systemPrincipal(tenantId), child, 'not needed', 'r1')).toEqual({ kind: 'ended' })
      await finish(a, succeeded('1'))
      expect(await store.get(tenantId, child)).toMatchObject({ endReason: 'not needed', failedAncestor: null })
      expect(await statusOf(grandchild)).toBe('cancelled')
      expect(await store.totals(tenantId)).toMatchObject({ succeeded: 1, cancelled: 2 })
    })

    test('tasks that are inserted together may depend on each other; who depends on what was not inserted is not either', async () => {
      const { store, add, insert, finish, statusOf, ...world } = await open(makeWorld)
      const [bad] = await add({})
      await finish(bad, failed)
      const unknown = world.newId()
      const ids = Array.from({ length: 6 }, () => world.newId())
      const [root, left, right, joint, orphan, below] = ids as [string, string, string, string, string, string]
      const results = await insert(
        { id: root },
        { id: left, dependsOn: [root] },
        { id: right, dependsOn: [root] },
        { id: joint, dependsOn: [left, right] },
        { id: orphan, dependsOn: [root, unknown] },
        { id: below, dependsOn: [orphan] },
        { dependsOn: [bad] },
      )
      expect(results).toEqual([
        { kind: 'inserted' },
        { kind: 'inserted', waitsFor: 1 },
        { kind: 'inserted', waitsFor: 1 },
        { kind: 'inserted', waitsFor: 2 },
        { kind: 'parent_unknown', parentId: unknown },
        { kind: 'parent_rejected', parentId: orphan },
        { kind: 'parent_failed', parentId: bad, status: 'failed' },
      ])
      expect(await store.get(tenantId, orphan)).toBeNull()
      for (const id of [root, left, right, joint]) await finish(id, succeeded('1'))
      expect(await statusOf(joint)).toBe('succeeded')
      expect((await store.get(tenantId, root))?.dependants).toEqual({
        total: 2,
        items: [left, right].sort().map(id => ({ id, status: 'succeeded' })),
      })
    })

    test('a parent of another tenant is as unknown as one that does not exist', async () => {
      const { add, insert } = await open(makeWorld)
      const [theirs] = await add({})
      expect(await insert({ tenantId: 'another', dependsOn: [theirs] })).toEqual([
        { kind: 'parent_unknown', parentId: theirs },
      ])
    })

    test('a repeated key stands for the task made first, also as a parent; keys of what was refused are free again', async () => {
      const { store, add, insert, finish, statusOf, ...world } = await open(makeWorld)
      const [gate] = await add({})
      const key = (idempotencyKey: string, bodyHash = 'h') => ({ idempotencyKey, bodyHash })
      const [first, second, third] = [world.newId(), world.newId(), world.newId()]
      await insert({ id: first, dependsOn: [gate], ...key('k') })
      const results = await insert(
        { id: second, dependsOn: [gate], ...key('k') },
        { id: third, dependsOn: [second] },
        { dependsOn: [gate], ...key('k', 'other') },
        { dependsOn: [world.newId()], ...key('free') },
      )
      expect(results).toMatchObject([
        { kind: 'deduplicated', id: first, status: 'blocked' },
        { kind: 'inserted', waitsFor: 1 },
        { kind: 'conflict', id: first },
        { kind: 'parent_unknown' },
      ])
      expect((await store.get(tenantId, third))?.dependsOn).toEqual([{ id: first, status: 'blocked' }])
      expect(await insert({ dependsOn: [gate], ...key('free', 'h2') })).toMatchObject([{ kind: 'inserted' }])
      await finish(gate, succeeded('1'))
      await finish(first, succeeded('1'))
      expect(await statusOf(third)).toBe('ready')
    })

    test('two entries of one insert with the same key are one task; both stand for it', async () => {
      const { add, insert, ...world } = await open(makeWorld)
      const [gate] = await add({})
      const [one, two] = [world.newId(), world.newId()]
      const results = await insert(
        { id: one, dependsOn: [gate], idempotencyKey: 'k', bodyHash: 'h' },
        { id: two, dependsOn: [gate], idempotencyKey: 'k', bodyHash: 'h' },
        { dependsOn: [one, two] },
      )
      expect(results).toMatchObject([
        { kind: 'inserted' },
        { kind: 'deduplicated', id: one, status: 'blocked' },
        { kind: 'inserted', waitsFor: 1 },
      ])
    })

    test('blocked tasks are counted and listed as such', async () => {
      const { store, add } = await open(makeWorld)
      const [a] = await add({})
      const children = await add({ dependsOn: [a] }, { dependsOn: [a], runAt: Date.now() + hour })
      expect(await store.counts(tenantId)).toMatchObject({ ready: 1, blocked: 2, scheduled: 0 })
      const page = await store.list(tenantId, { status: ['blocked'], limit: 10 })
      expect(page.items.map(item => [item.id, item.status])).toEqual(
        children
          .toSorted()
          .reverse()
          .map(id => [id, 'blocked']),
      )
      expect((await store.promoteDue(10)).promoted).toBe(0)
    })

    test('the graph of a task is all that hangs together with it, nearest first, up to the limit', async () => {
      const { store, add, finish, ...world } = await open(makeWorld)
      const [root] = await add({ priority: 2 })
      const [left, right] = await add({ dependsOn: [root] }, { dependsOn: [root], deadline: Date.now() + hour })
      const [joint] = await add({ dependsOn: [left, right] })
      await add({})
      await finish(root, succeeded('1'))
      const whole = await store.graph(tenantId, joint, 10)
      expect(whole?.isCut).toBe(false)
      expect(whole?.tasks[0]).toMatchObject({ id: joint, status: 'blocked', type, dependsOn: [left, right] })
      expect(whole?.tasks.map(task => task.id).sort()).toEqual([root, left, right, joint].sort())
      expect(whole?.tasks.at(-1)).toMatchObject({ id: root, status: 'succeeded', priority: 2, deadline: null })
      const cut = await store.graph(tenantId, joint, 3)
      expect(cut?.isCut).toBe(true)
      expect(cut?.tasks.map(task => task.id).sort()).toEqual([left, right, joint].sort())
      expect(await store.graph('another', joint, 10)).toBeNull()
      expect(await store.graph(tenantId, world.newId(), 10)).toBeNull()
    })

    test('ready and blocked tasks can be raised and never lowered; they are found, claimed and cancelled where they are then', async () => {
      const { store, add, statusOf, claimAny, finish } = await open(makeWorld)
      const [first, second, gate] = await add({ rank: 10 }, { rank: 20 }, { rank: 30 })
      const [child] = await add({ dependsOn: [gate], rank: 40 })
      const raise = (id: string, rank: number) => store.raise(tenantId, [{ id, rank, raisedBy: child }])
      expect(await raise(second, 5)).toBe(1)
      expect(await raise(second, 6)).toBe(0)
      expect(await raise(first, 11)).toBe(0)
      expect(await raise(child, 1)).toBe(1)
      expect(await store.raise('another', [{ id: gate, rank: 1, raisedBy: child }])).toBe(0)
      expect(await statusOf(second)).toBe('ready')
      expect((await store.get(tenantId, second))?.raised).toMatchObject({ by: child })
      expect((await store.get(tenantId, first))?.raised).toBeNull()
      const [claimed] = await claimAny(1)
      expect(claimed).toMatchObject({ id: second, rank: 5 })
      expect(await raise(second, 1)).toBe(0)
      await finish(gate, succeeded('1'))
      const [next] = await claimAny(1)
      expect(next).toMatchObject({ id: child, rank: 1 })
      expect(await raise(first, 2)).toBe(1)
      expect(await store.cancel(systemPrincipal(tenantId), first, 'enough', 'r1')).toEqual({ kind: 'ended' })
    })

    test('a queue without faults has nothing to repair', async () => {
      const { store, add, finish } = await open(makeWorld)
      const [a, b] = await add({}, {})
      const [child] = await add({ dependsOn: [a, b] })
      await add({ dependsOn: [child] }, { dependsOn: [child, a] })
      await finish(a, succeeded('1'))
      expect(await store.repairBlocked(null, 100)).toEqual({ repaired: [], lastId: null })
    })
  })
}

type Opened = Awaited<ReturnType<typeof open>>

/** A world with one lane, and short ways to do to its tasks what the tests do all the time. */
async function open(makeWorld: () => Promise<TaskStoreWorld>) {
  const world = await makeWorld()
  const { store } = world
  const lane = await store.ensureLane({ tenantId, taskType: type })
  const insert = (...changes: Partial<NewTask>[]) =>
    store.insert(changes.map(change => newTask(change.id ?? world.newId(), lane.id, type, change)))
  const claimAny = (slots: number, replicaId = 'r1') => store.claim([{ laneId: lane.id, slots }], slots, replicaId)
  /** Claims until it has this one; gives the others back. */
  const claimOne = async (id: string, replicaId = 'r1') => {
    const claimed = await claimAny(1_000, replicaId)
    const others = claimed.filter(task => task.id !== id)
    await store.finish(
      others.map(task => leaseEnd(task, { kind: 'requeue' })),
      replicaId,
    )
    return claimed.find(task => task.id === id)
  }
  return {
    ...world,
    insert,
    claimAny,
    claimOne,
    /** Inserts tasks that have to be accepted; their ids. */
    async add<const Changes extends Partial<NewTask>[]>(...changes: Changes) {
      const tasks = changes.map(change => newTask(change.id ?? world.newId(), lane.id, type, change))
      const results = await store.insert(tasks)
      expect(results.map(result => result.kind)).toEqual(tasks.map(() => 'inserted'))
      return tasks.map(task => task.id) as { [Place in keyof Changes]: string }
    },
    async finish(id: string, next: Parameters<typeof leaseEnd>[1]) {
      const held = await claimOne(id)
      const attempts = next.kind === 'end' ? [attempt((held?.attempts ?? 0) + 1, 'succeeded')] : []
      expect(await store.finish([leaseEnd(held, next, attempts)], 'r1')).toEqual([true])
    },
    async statusOf(id: string) {
      return (await store.get(tenantId, id))?.summary.status
    },
  }
}

function listen(store: TaskStore) {
  const heard: Parameters<Parameters<TaskStore['onDependantsMoved']>[0]>[0][] = []
  store.onDependantsMoved(moved => heard.push(moved))
  return heard
}
