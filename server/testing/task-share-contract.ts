import { describe, expect, test } from 'vitest'
import type { TaskStore } from '#server/core/queue/task-store.ts'
import { systemPrincipal } from '../core/shared/principal.ts'
import { attempt, leaseEnd, newTask, succeeded } from './task-builders.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'

/** What every TaskStore guarantees of quotas, places, bytes and money; run against PostgreSQL and against memory. */
export function describeTaskShares(name: string, makeWorld: () => Promise<TaskStoreWorld>): void {
  describe(`shares of the queue (${name})`, () => {
    test('lanes with quotas give no more than their type and their tenant may, in rank order within that', async () => {
      const { store, ...world } = await makeWorld()
      const free = await store.ensureLane({ tenantId, taskType: 'quota.x' })
      const pinned = await store.ensureLane({ tenantId, taskType: 'quota.x', pinnedModuleId: 'm' })
      const other = await store.ensureLane({ tenantId, taskType: 'quota.y' })
      const ranks = [
        [free, 1],
        [pinned, 2],
        [free, 3],
        [other, 4],
        [pinned, 5],
        [other, 6],
        [other, 7],
      ] as const
      const tasks = ranks.map(([lane, rank]) => newTask(world.newId(), lane.id, lane.taskType, { rank }))
      await store.insert(tasks)
      const quotasOf = (group: number, most: number) => ({ type: { group, most }, tenant: { group: 0, most: 4 } })
      const lanes = [
        { laneId: free.id, slots: 9, quotas: quotasOf(1, 2) },
        { laneId: pinned.id, slots: 9, quotas: quotasOf(1, 2) },
        { laneId: other.id, slots: 9, quotas: quotasOf(2, 9) },
      ]
      const claimed = await store.claim(lanes, 9, 'r1')
      expect(claimed.map(task => task.rank)).toEqual([1, 2, 4, 6])
      expect((await store.claim(lanes, 1, 'r1')).map(task => task.rank)).toEqual([3])
    })

    test('places before a task are counted over the lanes named, up to the cap', async () => {
      const { store, ...world } = await makeWorld()
      const lane = await store.ensureLane({ tenantId, taskType: 'ahead.x' })
      const rival = await store.ensureLane({ tenantId, taskType: 'ahead.y' })
      const deadline = Date.now() + 60_000
      const tasks = [
        newTask(world.newId(), lane.id, 'ahead.x', { rank: 5 }),
        newTask(world.newId(), lane.id, 'ahead.x', { rank: 3, priority: 5 }),
        newTask(world.newId(), lane.id, 'ahead.x', { rank: 3, priority: 4 }),
        newTask(world.newId(), rival.id, 'ahead.y', { rank: 3, priority: 5, deadline }),
        newTask(world.newId(), rival.id, 'ahead.y', { rank: 1 }),
      ]
      await store.insert(tasks)
      const ahead = async (index: number, laneIds: number[], cap = 100) => {
        const { rank, priority, deadline: due, id } = tasks[index] as (typeof tasks)[number]
        return store.countAhead(laneIds, { rank, priority, deadline: due, id }, cap)
      }
      expect(await ahead(0, [lane.id])).toBe(2)
      expect(await ahead(0, [lane.id, rival.id])).toBe(4)
      expect(await ahead(0, [lane.id, rival.id], 3)).toBe(3)
      // Of equal rank and priority, the one with a deadline goes first.
      expect(await ahead(1, [lane.id, rival.id])).toBe(3)
      expect(await ahead(4, [lane.id, rival.id])).toBe(0)
    })

    test('what is alive is known by count and bytes at every moment, and the totals say what the tables hold', async () => {
      const { store, ...world } = await makeWorld()
      const lane = await store.ensureLane({ tenantId, taskType: 'bytes' })
      const tasks = [100, 20, 3, 5_000].map(payloadBytes => newTask(world.newId(), lane.id, 'bytes', { payloadBytes }))
      await store.insert(tasks)
      await expectLive(store, 4, 5_123)
      const [first, second] = await store.claim([{ laneId: lane.id, slots: 2 }], 2, 'r1')
      await store.finish(
        [leaseEnd(first, succeeded('1')), leaseEnd(second, { kind: 'wait', delayMs: 60_000, reason: 'retry' })],
        'r1',
      )
      const left = 5_123 - (first?.payloadBytes ?? 0)
      await expectLive(store, 3, left)
      const cancelled = tasks.find(task => task.id !== first?.id && task.id !== second?.id)
      await store.cancel(systemPrincipal(tenantId), cancelled?.id ?? '', 'not wanted', 'r1')
      await expectLive(store, 2, left - (cancelled?.payloadBytes ?? 0))
      expect(await store.liveByType(tenantId, ['bytes', 'none'])).toEqual({ bytes: 2, none: 0 })
      expect(await store.liveByType('another', ['bytes'])).toEqual({ bytes: 0 })
    })

    test('tasks that can be started and that run are counted by type and pinned module, of some types or of all', async () => {
      const { store, ...world } = await makeWorld()
      const free = await store.ensureLane({ tenantId, taskType: 'counted' })
      const pinned = await store.ensureLane({ tenantId, taskType: 'counted', pinnedModuleId: 'only' })
      const other = await store.ensureLane({ tenantId, taskType: 'other' })
      await store.insert([
        newTask(world.newId(), free.id, 'counted'),
        newTask(world.newId(), free.id, 'counted'),
        newTask(world.newId(), pinned.id, 'counted', { pinnedModuleId: 'only' }),
        newTask(world.newId(), other.id, 'other'),
      ])
      await store.claim([{ laneId: free.id, slots: 1 }], 1, 'r1')
      const counts = await store.countLanes(tenantId, ['counted', 'none'])
      expect(counts.toSorted((a, b) => (a.pinnedModuleId ?? '').localeCompare(b.pinnedModuleId ?? ''))).toEqual([
        { type: 'counted', pinnedModuleId: null, ready: 1, running: 1 },
        { type: 'counted', pinnedModuleId: 'only', ready: 1, running: 0 },
      ])
      expect(await store.countLanes('another', ['counted'])).toEqual([])
    })

    test('a task keeps its budget, and what it spent is known to its next attempt', async () => {
      const { store, ...world } = await makeWorld()
      const lane = await store.ensureLane({ tenantId, taskType: 'budget' })
      const task = newTask(world.newId(), lane.id, 'budget', { costBudgetUsd: 0.0000002778 })
      await store.insert([task])
      const [held] = await store.claim([{ laneId: lane.id, slots: 1 }], 1, 'r1')
      expect(held).toMatchObject({ costBudgetUsd: 0.0000002778, spentUsd: 0 })
      const attempts = [
        { ...attempt(1, 'failed'), costUsd: 0.0000000001 },
        { ...attempt(2, 'failed'), costUsd: 0.25 },
      ]
      await store.finish([leaseEnd(held, { kind: 'requeue' }, attempts)], 'r1')
      const [again] = await store.claim([{ laneId: lane.id, slots: 1 }], 1, 'r1')
      expect(again).toMatchObject({ costBudgetUsd: 0.0000002778, spentUsd: 0.2500000001 })
      const stored = await store.get(tenantId, task.id)
      expect(stored?.costBudgetUsd).toBe(0.0000002778)
      expect(stored?.attempts.map(({ costUsd }) => costUsd)).toEqual([0.0000000001, 0.25])
    })

    test('spend is what the attempts cost, by day, module and type, and a stale writer adds nothing', async () => {
      const { store, ...world } = await makeWorld()
      const lane = await store.ensureLane({ tenantId, taskType: 'spend' })
      await store.insert([newTask(world.newId(), lane.id, 'spend'), newTask(world.newId(), lane.id, 'spend')])
      const [one, two] = await store.claim([{ laneId: lane.id, slots: 2 }], 2, 'r1')
      const monday = Date.parse('2026-11-16T23:59:59.999Z')
      const call = (number: number, moduleId: string, endedAt: number, costUsd: number) => ({
        ...{ ...attempt(number, 'succeeded'), moduleId, costUsd },
        ...{ dispatchedAt: endedAt - 10, endedAt },
      })
      const ends = [
        leaseEnd(one, succeeded('1'), [call(1, 'dear', monday, 0.1), call(2, 'cheap', monday + 1, 0.0000000003)]),
        leaseEnd(two, succeeded('1'), [call(1, 'dear', monday, 0.2), call(2, 'free', monday, 0)]),
      ]
      expect(await store.finish(ends, 'r1')).toEqual([true, true])
      expect(await store.finish(ends, 'r1')).toEqual([false, false])
      const spend = (by: 'module' | 'type' | 'day' | 'tenant', from = '2026-11-01', to = '2026-11-30') =>
        store.spend(tenantId, { from, to, by })
      expect(await spend('module')).toEqual([
        { key: 'dear', calls: 2, costUsd: 0.3 },
        { key: 'cheap', calls: 1, costUsd: 0.0000000003 },
      ])
      expect(await spend('type')).toEqual([{ key: 'spend', calls: 3, costUsd: 0.3000000003 }])
      expect(await spend('tenant')).toEqual([{ key: tenantId, calls: 3, costUsd: 0.3000000003 }])
      expect(await spend('day')).toEqual([
        { key: '2026-11-16', calls: 2, costUsd: 0.3 },
        { key: '2026-11-17', calls: 1, costUsd: 0.0000000003 },
      ])
      expect(await spend('module', '2026-11-17')).toEqual([{ key: 'cheap', calls: 1, costUsd: 0.0000000003 }])
      expect(await store.spend('another', { from: '2026-11-01', to: '2026-11-30', by: 'module' })).toEqual([])
    })
  })
}

async function expectLive(store: TaskStore, count: number, bytes: number): Promise<void> {
  const totals = await store.liveTotals()
  expect({ count: totals.count, bytes: totals.bytes }).toEqual({ count, bytes })
  expect(await store.recountLive()).toEqual({ counted: { count, bytes }, totals })
}
