import { expect, test } from 'vitest'
import { type EagerLease, toClaimedTask } from '#server/core/queue/eager-start.ts'
import { claim, leaseEnd, newTask, succeeded } from './task-builders.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'

/** What every TaskStore guarantees of who gets which work, in which order and when; part of `describeTaskStore`. */
export function describeClaims(makeWorld: () => Promise<TaskStoreWorld>): void {
  test('an accepted task is claimed once, with everything that was submitted', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'claim.once' })
    const task = newTask(world.newId(), lane.id, 'claim.once', {
      payload: '{"text":"a \\"quoted\\" – ünïcode, {brace}"}',
    })
    expect(await store.insert([task])).toEqual([{ kind: 'inserted' }])
    const [first, second] = await Promise.all([claim(store, lane.id, 5, 'r1'), claim(store, lane.id, 5, 'r2')])
    const claimed = [...first, ...second]
    expect(claimed.map(one => one.id)).toEqual([task.id])
    expect(claimed[0]).toMatchObject({
      payload: { text: 'a "quoted" – ünïcode, {brace}' },
      attempts: 0,
      startedAt: null,
    })
    expect((await store.get(tenantId, task.id))?.summary.status).toBe('running')
  })

  test('a task that starts eagerly is leased when it is accepted: nobody can claim it, and it ends under that lease', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'eager' })
    const make = (change = {}) => newTask(world.newId(), lane.id, 'eager', change)
    const [eager, queued, later] = [make(), make(), make({ runAt: Date.now() + 60_000 })]
    const keyed = make({ idempotencyKey: 'eager-once', bodyHash: 'h' })
    const again = make({ idempotencyKey: 'eager-once', bodyHash: 'h' })
    const tasks = [eager, queued, later, keyed, again]
    const results = await store.insert(tasks, { replicaId: 'r1', tasks: new Set([eager, later, keyed, again]) })
    expect(results).toEqual([
      { kind: 'inserted', lease: { leaseNo: expect.any(Number), claimedAt: expect.any(Number) } },
      { kind: 'inserted' },
      { kind: 'inserted' },
      { kind: 'inserted', lease: { leaseNo: expect.any(Number), claimedAt: expect.any(Number) } },
      expect.objectContaining({ kind: 'deduplicated', id: keyed.id }),
    ])
    expect((await claim(store, lane.id, 5, 'r2')).map(({ id }) => id)).toEqual([queued.id])
    const held = await store.leased('r1', [])
    const leases = results.flatMap(result => (result.kind === 'inserted' ? (result.lease ?? []) : []))
    expect(held.toSorted((a, b) => a.leaseNo - b.leaseNo)).toEqual([
      toClaimedTask(eager, leases[0] as EagerLease),
      toClaimedTask(keyed, leases[1] as EagerLease),
    ])
    const ends = held.map(lease => leaseEnd(lease, succeeded('{"ok":true}')))
    expect(await store.finish(ends, 'r1')).toEqual([true, true])
    expect((await store.get(tenantId, eager.id))?.summary.status).toBe('succeeded')
    expect((await store.get(tenantId, later.id))?.summary.status).toBe('scheduled')
  })

  test('tasks are claimed by rank, then priority number, then deadline, over all lanes named', async () => {
    const { store, ...world } = await makeWorld()
    const a = await store.ensureLane({ tenantId, taskType: 'order.a' })
    const b = await store.ensureLane({ tenantId, taskType: 'order.b' })
    const soon = Date.now() + 60_000
    const make = (laneId: number, type: string, rank: number, priority: number, deadline: number | null = null) =>
      newTask(world.newId(), laneId, type, { rank, priority, deadline })
    const tasks = [
      make(a.id, 'order.a', 5, 5),
      make(b.id, 'order.b', 3, 5),
      make(a.id, 'order.a', 3, 4),
      make(b.id, 'order.b', 1, 9),
      make(a.id, 'order.a', 3, 5, soon),
    ]
    await store.insert(tasks)
    const claimed = await store.claim(
      [
        { laneId: a.id, slots: 9 },
        { laneId: b.id, slots: 9 },
      ],
      4,
      'r1',
    )
    expect(claimed.map(one => one.id)).toEqual([tasks[3]?.id, tasks[2]?.id, tasks[4]?.id, tasks[1]?.id])
  })

  test('a lane gives no more than its slots, and a lane that is not named gives nothing', async () => {
    const { store, ...world } = await makeWorld()
    const a = await store.ensureLane({ tenantId, taskType: 'slots.a' })
    const b = await store.ensureLane({ tenantId, taskType: 'slots.b' })
    await store.insert(
      Array.from({ length: 6 }, (_, i) => newTask(world.newId(), i % 2 ? a.id : b.id, i % 2 ? 'slots.a' : 'slots.b')),
    )
    const claimed = await store.claim([{ laneId: a.id, slots: 2 }], 10, 'r1')
    expect(claimed.map(one => one.laneId)).toEqual([a.id, a.id])
  })

  test('urgent work is found only where it is next in its lane and has waited long enough', async () => {
    const { store, ...world } = await makeWorld()
    const [a, b, c] = await Promise.all(
      ['u.a', 'u.b', 'u.c'].map(type => store.ensureLane({ tenantId, taskType: type })),
    )
    const lanes = [a?.id ?? 0, b?.id ?? 0, c?.id ?? 0]
    const [first = 0, second = 0, third = 0] = lanes
    const urgent = newTask(world.newId(), first, 'u.a', { rank: 5, priority: 1 })
    await store.insert([
      urgent,
      newTask(world.newId(), first, 'u.a', { rank: 9, priority: 5 }),
      newTask(world.newId(), second, 'u.b', { rank: 1, priority: 5 }),
      newTask(world.newId(), second, 'u.b', { rank: 2, priority: 1 }),
      newTask(world.newId(), third, 'u.c', { rank: 0, priority: 3 }),
    ])
    expect(await store.urgentHeads(lanes, 60_000)).toEqual([])
    expect(await store.urgentHeads(lanes, 0)).toEqual([{ laneId: first, id: urgent.id, priority: 1, rank: 5 }])
    expect(await store.urgentHeads([second, third], 0)).toEqual([])
  })

  test('delayed work is not claimed before its time', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'delayed' })
    const task = newTask(world.newId(), lane.id, 'delayed', { runAt: Date.now() + 3_600_000 })
    await store.insert([task])
    await store.promoteDue(10)
    expect(await claim(store, lane.id, 1, 'r1')).toEqual([])
    expect((await store.get(tenantId, task.id))?.summary.status).toBe('scheduled')
  })

  test('work whose deadline passed is never claimed and ends expired', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'late' })
    const tasks = [
      newTask(world.newId(), lane.id, 'late', { deadline: Date.now() + 100 }),
      newTask(world.newId(), lane.id, 'late'),
    ]
    await store.insert(tasks)
    await world.pass(150)
    const claimed = await claim(store, lane.id, 5, 'r1')
    expect(claimed.map(one => one.id)).toEqual([tasks[1]?.id])
    expect(await store.expireOverdue(10, 'r1')).toBe(1)
    expect((await store.get(tenantId, tasks[0]?.id ?? ''))?.summary.status).toBe('expired')
  })

  test('the next due time is told as a time to wait, whatever clock the caller has', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'due' })
    expect((await store.promoteDue(10)).nextDueInMs).toBeNull()
    await store.insert([newTask(world.newId(), lane.id, 'due')])
    const [held] = await claim(store, lane.id, 1, 'r1')
    await store.finish([leaseEnd(held, { kind: 'wait', delayMs: 60_000, reason: 'busy' })], 'r1')
    const { nextDueInMs } = await store.promoteDue(10)
    expect(nextDueInMs).toBeGreaterThan(50_000)
    expect(nextDueInMs).toBeLessThanOrEqual(60_000)
  })
}
