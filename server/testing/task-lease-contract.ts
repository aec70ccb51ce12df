import { expect, test } from 'vitest'
import type { HeldLease, NextStep } from '#server/core/queue/task-store.ts'
import { systemPrincipal } from '../core/shared/principal.ts'
import { attempt, claim, leaseEnd, newTask, succeeded } from './task-builders.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'

/** What every TaskStore guarantees to and against those who hold work; part of `describeTaskStore`. */
export function describeLeases(makeWorld: () => Promise<TaskStoreWorld>): void {
  test('lease numbers only grow', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'lease.no' })
    const task = newTask(world.newId(), lane.id, 'lease.no')
    await store.insert([task])
    let last = 0
    for (let round = 0; round < 3; round++) {
      const [held] = await claim(store, lane.id, 1, 'r1')
      expect(held?.leaseNo).toBeGreaterThan(last)
      last = held?.leaseNo ?? 0
      await store.finish([leaseEnd(held, { kind: 'requeue' })], 'r1')
    }
  })

  test('a replica can ask what it holds without knowing; others’ leases are not its', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'leased' })
    await store.insert(
      Array.from({ length: 3 }, () => newTask(world.newId(), lane.id, 'leased', { payload: '{"n":1}' })),
    )
    const [known, unknown] = await claim(store, lane.id, 2, 'r1')
    const [theirs] = await claim(store, lane.id, 1, 'r2')
    expect(await store.leased('r1', [known?.leaseNo ?? 0])).toEqual([unknown])
    expect(await store.leased('r2', [])).toEqual([theirs])
    expect(await store.leased('r1', [known?.leaseNo ?? 0, unknown?.leaseNo ?? 0])).toEqual([])
  })

  test('a checkpoint is kept under its lease alone, is handed to the next one, and goes with the end of the task', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'checkpoint' })
    const task = newTask(world.newId(), lane.id, 'checkpoint')
    await store.insert([task])
    const [first] = await claim(store, lane.id, 1, 'r1')
    expect(first?.checkpoint).toBeNull()
    const save = (leaseNo: number | undefined, page: number) =>
      store.saveCheckpoints([
        { tenantId, taskId: task.id, leaseNo: leaseNo ?? 0, moduleId: 'm', data: JSON.stringify({ page }) },
      ])
    expect(await save(first?.leaseNo, 1)).toEqual([true])
    expect(await save(first?.leaseNo, 2)).toEqual([true])
    expect((await store.get(tenantId, task.id))?.checkpoint).toMatchObject({ data: { page: 2 }, moduleId: 'm' })
    const startedAt = Date.now()
    await store.finish([{ ...leaseEnd(first, { kind: 'requeue' }), startedAt }], 'r1')
    expect(await save(first?.leaseNo, 3)).toEqual([false])
    const [second] = await claim(store, lane.id, 1, 'r1')
    expect(second?.checkpoint).toEqual({ data: { page: 2 }, moduleId: 'm' })
    expect(await store.leased('r1', [])).toEqual([second])
    expect(await save(first?.leaseNo, 4)).toEqual([false])
    await store.finish([leaseEnd(second, succeeded('1'), [attempt(1, 'succeeded')])], 'r1')
    expect(await save(second?.leaseNo, 5)).toEqual([false])
    expect((await store.get(tenantId, task.id))?.checkpoint).toBeNull()
  })

  test('a checkpoint outlives the replica it was saved on, and goes when a cancel or the deadline ends its task', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'checkpoint.kept' })
    await world.addReplica('dead')
    const deadline = Date.now() + 2_000
    const tasks = [
      newTask(world.newId(), lane.id, 'checkpoint.kept'),
      newTask(world.newId(), lane.id, 'checkpoint.kept', { deadline }),
    ]
    await store.insert(tasks)
    const held = await claim(store, lane.id, 2, 'dead')
    const saves = held.map(({ id, leaseNo }) => ({ tenantId, taskId: id, leaseNo, moduleId: 'm', data: '"half"' }))
    expect(await store.saveCheckpoints(saves)).toEqual([true, true])
    await world.ageReplica('dead', 60_000)
    await store.reclaim(5_000, null)
    for (const task of tasks) expect((await store.get(tenantId, task.id))?.checkpoint?.data).toBe('half')
    const [first, second] = tasks
    await store.cancel(systemPrincipal(tenantId), first?.id ?? '', 'no longer needed', 'r1')
    expect((await store.get(tenantId, first?.id ?? ''))?.checkpoint).toBeNull()
    await world.pass(2_100)
    await store.expireOverdue(10, 'r1')
    const late = await store.get(tenantId, second?.id ?? '')
    expect(late).toMatchObject({ summary: { status: 'expired' }, checkpoint: null })
  })

  test('a writer whose lease was taken over changes nothing', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'fence' })
    await world.addReplica('dead')
    await world.addReplica('alive')
    const task = newTask(world.newId(), lane.id, 'fence')
    await store.insert([task])
    const [stale] = await claim(store, lane.id, 1, 'dead')
    await world.ageReplica('dead', 60_000)
    expect(await store.reclaim(5_000, null)).toMatchObject([
      { id: task.id, outcome: 'requeued', formerReplicaId: 'dead' },
    ])
    const [fresh] = await claim(store, lane.id, 1, 'alive')
    expect(fresh?.attempts).toBe(1)
    expect(await store.finish([leaseEnd(stale, succeeded('"late"'), [attempt(1, 'succeeded')])], 'dead')).toEqual([
      false,
    ])
    expect((await store.get(tenantId, task.id))?.summary.status).toBe('running')
    expect(await store.finish([leaseEnd(fresh, succeeded('"right"'), [attempt(2, 'succeeded')])], 'alive')).toEqual([
      true,
    ])
    expect((await store.get(tenantId, task.id))?.result).toBe('right')
  })

  test('a task that loses its replica on its last attempt is dead-lettered', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'poison' })
    await world.addReplica('victim')
    const task = newTask(world.newId(), lane.id, 'poison', { maxAttempts: 1 })
    await store.insert([task])
    await claim(store, lane.id, 1, 'victim')
    expect(await store.reclaim(5_000, 'victim')).toMatchObject([{ outcome: 'failed' }])
    expect(await store.get(tenantId, task.id)).toMatchObject({
      summary: { status: 'failed', errorCode: 'REPLICA_LOST' },
      attempts: [{ outcome: 'lost' }],
    })
  })

  test('one stale end in a batch does not hinder the others', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'mixed' })
    await store.insert(Array.from({ length: 3 }, () => newTask(world.newId(), lane.id, 'mixed')))
    const held = await claim(store, lane.id, 3, 'r1')
    await store.finish([leaseEnd(held[1], succeeded('1'))], 'r1')
    expect(
      await store.finish(
        held.map(one => leaseEnd(one, succeeded('2'))),
        'r1',
      ),
    ).toEqual([true, false, true])
  })

  test('the leases of a replica are found, all or those that were asked to stop, with the reason', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'held' })
    await store.insert([1, 2, 3].map(rank => newTask(world.newId(), lane.id, 'held', { rank })))
    const own = await claim(store, lane.id, 2, 'r1')
    await claim(store, lane.id, 1, 'r2')
    await store.cancel(systemPrincipal(tenantId), own[1]?.id ?? '', 'because', 'r2')
    const leases = own.map(({ id: taskId, leaseNo }, index) => ({
      taskId,
      leaseNo,
      cancelReason: index === 1 ? 'because' : null,
    }))
    const byNumber = (found: HeldLease[]) => found.sort((a, b) => a.leaseNo - b.leaseNo)
    expect(byNumber(await store.leasesOf('r1', 'all'))).toEqual(leases.sort((a, b) => a.leaseNo - b.leaseNo))
    expect(await store.leasesOf('r1', 'cancelled')).toEqual(leases.filter(lease => lease.cancelReason !== null))
    expect(await store.leasesOf('nobody', 'all')).toEqual([])
  })

  test.each<[string, NextStep]>([
    ['wait for a retry', { kind: 'wait', delayMs: 1, reason: 'retry' }],
    ['go back into the queue', { kind: 'requeue' }],
  ])('a task that was cancelled while it ran ends cancelled when it would %s', async (_what, next) => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'cancel.held' })
    const task = newTask(world.newId(), lane.id, 'cancel.held')
    await store.insert([task])
    const [held] = await claim(store, lane.id, 1, 'r1')
    await store.cancel(systemPrincipal(tenantId), task.id, 'enough', 'r1')
    expect(await store.get(tenantId, task.id)).toMatchObject({
      summary: { status: 'running' },
      endReason: 'enough',
    })
    expect(await store.finish([leaseEnd(held, next, [attempt(1, 'failed')])], 'r1')).toEqual([true])
    await world.pass(20)
    await store.promoteDue(10)
    expect(await claim(store, lane.id, 1, 'r1')).toEqual([])
    expect(await store.get(tenantId, task.id)).toMatchObject({
      summary: { status: 'cancelled', attemptCount: 1 },
      endReason: 'enough',
      attempts: [{ outcome: 'failed' }],
    })
    expect((await store.totals(tenantId)).cancelled).toBe(1)
  })
}
