import { describe, expect, test } from 'vitest'
import { systemPrincipal } from '../core/shared/principal.ts'
import { type DependencyStage, failed, listen, openDependencyStage } from './dependency-stage.ts'
import { leaseEnd, succeeded } from './task-builders.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'
const type = 'step'
const hour = 3_600_000

/** What every TaskStore guarantees for tasks that depend on each other; run against PostgreSQL and against memory. */
export function describeDependencies(name: string, makeWorld: () => Promise<TaskStoreWorld>): void {
  describe(`dependencies (${name})`, () => {
    test('a task waits for all of its parents and is ready when the last of them has succeeded', async () => {
      const { store, add, finish, statusOf } = await openDependencyStage(makeWorld)
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
      const { store, add, insert, finish, statusOf } = await openDependencyStage(makeWorld)
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
      const { store, add, finish, statusOf, ...world } = await openDependencyStage(makeWorld)
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
      const { store, add, finish, statusOf } = await openDependencyStage(makeWorld)
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

    test.each<[string, (world: DependencyStage, id: string) => Promise<unknown>, string]>([
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
      const world = await openDependencyStage(makeWorld)
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
      const { store, add, statusOf, ...world } = await openDependencyStage(makeWorld)
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
      const { store, add, finish, statusOf } = await openDependencyStage(makeWorld)
      const [a] = await add({})
      const [child] = await add({ dependsOn: [a] })
      const [grandchild] = await add({ dependsOn: [child] })
      expect(await store.cancel(systemPrincipal(tenantId), child, 'not needed', 'r1')).toEqual({ kind: 'ended' })
      await finish(a, succeeded('1'))
      expect(await store.get(tenantId, child)).toMatchObject({ endReason: 'not needed', failedAncestor: null })
      expect(await statusOf(grandchild)).toBe('cancelled')
      expect(await store.totals(tenantId)).toMatchObject({ succeeded: 1, cancelled: 2 })
    })

    test('blocked tasks are counted and listed as such', async () => {
      const { store, add } = await openDependencyStage(makeWorld)
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
      const { store, add, finish, ...world } = await openDependencyStage(makeWorld)
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
      const { store, add, statusOf, claimAny, finish } = await openDependencyStage(makeWorld)
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
      const { store, add, finish } = await openDependencyStage(makeWorld)
      const [a, b] = await add({}, {})
      const [child] = await add({ dependsOn: [a, b] })
      await add({ dependsOn: [child] }, { dependsOn: [child, a] })
      await finish(a, succeeded('1'))
      expect(await store.repairBlocked(null, 100)).toEqual({ repaired: [], lastId: null })
    })
  })
}
