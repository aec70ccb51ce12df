import { expect, test } from 'vitest'
import { systemPrincipal } from '../core/shared/principal.ts'
import { attempt, claim, leaseEnd, newTask, succeeded } from './task-builders.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'

/** What every TaskStore guarantees of how tasks come in, end and are found; part of `describeTaskStore`. */
export function describeLives(makeWorld: () => Promise<TaskStoreWorld>): void {
  test('a finished task ends once, keeps its attempts and result, and is not claimed again', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'finish' })
    const task = newTask(world.newId(), lane.id, 'finish')
    await store.insert([task])
    const [held] = await claim(store, lane.id, 1, 'r1')
    const end = leaseEnd(held, succeeded('{"ok":true}'), [attempt(1, 'failed'), attempt(2, 'succeeded')])
    expect(await store.finish([end], 'r1')).toEqual([true])
    expect(await store.finish([end], 'r1')).toEqual([false])
    const stored = await store.get(tenantId, task.id)
    expect(stored).toMatchObject({
      result: { ok: true },
      summary: { status: 'succeeded', attemptCount: 2, servedBy: 'm' },
    })
    expect(stored?.attempts.map(one => [one.number, one.outcome])).toEqual([
      [1, 'failed'],
      [2, 'succeeded'],
    ])
    expect(await claim(store, lane.id, 1, 'r1')).toEqual([])
    expect((await store.totals(tenantId)).succeeded).toBe(1)
  })

  test('a pre-empted call uses up nothing, and is shown among the attempts', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'preempted' })
    const task = newTask(world.newId(), lane.id, 'preempted')
    await store.insert([task])
    for (let round = 0; round < 2; round++) {
      const [held] = await claim(store, lane.id, 1, 'r1')
      const end = leaseEnd(held, { kind: 'requeue' }, [attempt(1, 'preempted')])
      expect(await store.finish([{ ...end, attemptsUsed: 0 }], 'r1')).toEqual([true])
    }
    const [held] = await claim(store, lane.id, 1, 'r1')
    expect(held?.attempts).toBe(0)
    await store.finish([leaseEnd(held, succeeded('1'), [attempt(1, 'succeeded')])], 'r1')
    const stored = await store.get(tenantId, task.id)
    expect(stored?.summary).toMatchObject({ status: 'succeeded', attemptCount: 1 })
    expect(stored?.attempts.map(one => [one.number, one.outcome])).toEqual([
      [1, 'preempted'],
      [1, 'preempted'],
      [1, 'succeeded'],
    ])
  })

  test('a retry waits for its delay, keeps its attempts, and then stands in its old place', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'retry' })
    const task = newTask(world.newId(), lane.id, 'retry')
    await store.insert([task])
    const [held] = await claim(store, lane.id, 1, 'r1')
    await store.finish([leaseEnd(held, { kind: 'wait', delayMs: 150, reason: 'retry' }, [attempt(1, 'failed')])], 'r1')
    expect((await store.get(tenantId, task.id))?.waiting?.reason).toBe('retry')
    expect((await store.promoteDue(10)).promoted).toBe(0)
    await world.pass(200)
    expect(await store.promoteDue(10)).toMatchObject({ promoted: 1, lanes: [lane.id] })
    const [again] = await claim(store, lane.id, 1, 'r1')
    expect(again).toMatchObject({ id: task.id, attempts: 1, rank: task.rank })
    expect(again?.startedAt).not.toBeNull()
  })

  test('the same key with the same body is the same task, with another body a conflict, in one batch or two', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'idem' })
    const make = (key: string, bodyHash: string) =>
      newTask(world.newId(), lane.id, 'idem', { idempotencyKey: key, bodyHash })
    const first = make('k1', 'h1')
    const results = await store.insert([first, make('k1', 'h1'), make('k1', 'h2'), make('k2', 'h1')])
    expect(results.map(one => one.kind)).toEqual(['inserted', 'deduplicated', 'conflict', 'inserted'])
    expect(await store.insert([make('k1', 'h1')])).toMatchObject([
      { kind: 'deduplicated', id: first.id, status: 'ready' },
    ])
    const racing = await Promise.all([store.insert([make('k3', 'h')]), store.insert([make('k3', 'h')])])
    expect(
      racing
        .flat()
        .map(one => one.kind)
        .sort(),
    ).toEqual(['deduplicated', 'inserted'])
    expect((await claim(store, lane.id, 10, 'r1')).length).toBe(3)
  })

  test('cancelling ends queued and delayed work at once, and only marks running work', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'cancel' })
    const tasks = [
      newTask(world.newId(), lane.id, 'cancel', { rank: 1 }),
      newTask(world.newId(), lane.id, 'cancel', { rank: 2 }),
      newTask(world.newId(), lane.id, 'cancel', { runAt: Date.now() + 3_600_000 }),
    ]
    await store.insert(tasks)
    await claim(store, lane.id, 1, 'r1')
    const cancel = (index: number) => store.cancel(systemPrincipal(tenantId), tasks[index]?.id ?? '', 'because', 'r1')
    expect(await cancel(0)).toEqual({ kind: 'signalled', replicaId: 'r1' })
    expect(await cancel(1)).toEqual({ kind: 'ended' })
    expect(await cancel(1)).toEqual({ kind: 'already_ended', status: 'cancelled' })
    expect(await cancel(2)).toEqual({ kind: 'ended' })
    expect(await store.cancel(systemPrincipal(tenantId), world.newId(), 'because', 'r1')).toBeNull()
    expect(await store.cancel(systemPrincipal('another'), tasks[0]?.id ?? '', 'because', 'r1')).toBeNull()
    expect((await store.totals(tenantId)).cancelled).toBe(2)
  })

  test('a task that ended by itself after it was cancelled keeps its own end', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'cancel.late' })
    const task = newTask(world.newId(), lane.id, 'cancel.late')
    await store.insert([task])
    const [held] = await claim(store, lane.id, 1, 'r1')
    await store.cancel(systemPrincipal(tenantId), task.id, 'too late', 'r1')
    await store.finish([leaseEnd(held, succeeded('1'), [attempt(1, 'succeeded')])], 'r1')
    expect((await store.get(tenantId, task.id))?.summary.status).toBe('succeeded')
    expect(await store.totals(tenantId)).toMatchObject({ succeeded: 1, cancelled: 0 })
  })

  test('accepted equals ended plus alive after everything above at once', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'sum' })
    await store.insert(Array.from({ length: 40 }, () => newTask(world.newId(), lane.id, 'sum')))
    const held = await claim(store, lane.id, 25, 'r1')
    await store.finish(
      held.slice(0, 10).map(one => leaseEnd(one, succeeded('1'))),
      'r1',
    )
    await store.finish(
      held.slice(10, 15).map(one => leaseEnd(one, { kind: 'wait', delayMs: 60_000, reason: 'retry' })),
      'r1',
    )
    await store.finish(
      held.slice(15, 18).map(one => leaseEnd(one, { kind: 'requeue' })),
      'r1',
    )
    const counts = await store.counts(tenantId)
    expect(counts).toMatchObject({ ready: 18, running: 7, scheduled: 5, blocked: 0 })
    const totals = await store.totals(tenantId)
    expect(totals.accepted).toBe(totals.succeeded + counts.ready + counts.running + counts.scheduled)
    expect((await store.liveTotals()).count).toBe(30)
  })

  test.each([
    [{ order: 17 }, [0, 1]],
    [{ order: 17, lines: [{ sku: 'b' }] }, [1]],
    [{ lines: [{ sku: 'b' }, { sku: 'a' }] }, [1]],
    [{ customer: { name: 'Ann' } }, [2]],
    [{ order: '17' }, []],
    [{ order: null }, []],
    [{ lines: {} }, []],
    [{}, [0, 1, 2]],
  ])('a list can be of the tasks whose payload holds %j', async (data, places) => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'list.data' })
    const payloads = [
      { order: 17, lines: [] },
      { order: 17, lines: [{ sku: 'a' }, { sku: 'b', count: 2 }] },
      { order: 18, customer: { name: 'Ann', age: 40 } },
    ]
    const tasks = payloads.map(payload =>
      newTask(world.newId(), lane.id, 'list.data', { payload: JSON.stringify(payload) }),
    )
    await store.insert(tasks)
    const { items } = await store.list(tenantId, { limit: 50, data })
    expect(items.map(({ id }) => id).toSorted()).toEqual(places.map(place => tasks[place]?.id).toSorted())
  })

  test('lists are newest first, page without gap or repeat, and filter by status, type and id', async () => {
    const { store, ...world } = await makeWorld()
    const lane = await store.ensureLane({ tenantId, taskType: 'list.a' })
    const other = await store.ensureLane({ tenantId, taskType: 'list.b' })
    const tasks = Array.from({ length: 7 }, (_, i) =>
      newTask(world.newId(), i === 3 ? other.id : lane.id, i === 3 ? 'list.b' : 'list.a', { rank: i }),
    )
    await store.insert(tasks)
    const [held] = await store.claim([{ laneId: lane.id, slots: 1 }], 1, 'r1')
    await store.finish(
      [
        leaseEnd(
          held,
          {
            kind: 'end',
            status: 'failed',
            result: null,
            error: { code: 'X', message: 'x' },
            reason: 'ATTEMPTS_USED_UP',
          },
          [attempt(1, 'failed')],
        ),
      ],
      'r1',
    )
    const ids = tasks
      .map(task => task.id)
      .sort()
      .reverse()
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.list(tenantId, { limit: 3, cursor })
      seen.push(...page.items.map(item => item.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(ids)
    const only = async (filter: object) =>
      (await store.list(tenantId, { limit: 50, ...filter })).items.map(item => item.id)
    expect(await only({ status: ['failed'] })).toEqual([held?.id])
    expect((await only({ status: ['ready'] })).length).toBe(6)
    expect((await only({ status: ['ready', 'failed'] })).length).toBe(7)
    expect(await only({ type: 'list.b' })).toEqual([tasks[3]?.id])
    expect(await only({ moduleId: 'm' })).toEqual([held?.id])
    expect(await only({ q: tasks[2]?.id.slice(0, 23) ?? '' })).toContain(tasks[2]?.id)
    expect(await only({ q: 'st.b' })).toEqual([tasks[3]?.id])
    expect(await store.list('another', { limit: 50 })).toEqual({ items: [], nextCursor: null })
  })
}
