import { describe, expect, test } from 'vitest'
import { rankOf } from '#server/core/queue/priority.ts'
import type {
  AttemptRecord,
  ClaimedTask,
  HeldLease,
  LeaseEnd,
  NewTask,
  NextStep,
  TaskStore,
} from '#server/core/queue/task-store.ts'

/** A store under test, with what the suite must be able to do to the world around it. */
export interface TaskStoreWorld {
  store: TaskStore
  /** Makes a replica known to the store, alive as of now. */
  addReplica(id: string): Promise<void>
  /** Makes a replica look as if its last heartbeat were `ageMs` old. */
  ageReplica(id: string, ageMs: number): Promise<void>
  /** Lets this much of the store's time pass. */
  pass(ms: number): Promise<void>
  newId(): string
}

const tenantId = 'default'

/** What every TaskStore guarantees; run against PostgreSQL and against memory. */
export function describeTaskStore(name: string, makeWorld: () => Promise<TaskStoreWorld>): void {
  describe(`task store (${name})`, () => {
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
      await store.cancel(tenantId, first?.id ?? '', 'no longer needed', 'r1')
      expect((await store.get(tenantId, first?.id ?? ''))?.checkpoint).toBeNull()
      await world.pass(2_100)
      await store.expireOverdue(10, 'r1')
      const late = await store.get(tenantId, second?.id ?? '')
      expect(late).toMatchObject({ summary: { status: 'expired' }, checkpoint: null })
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

    test('a retry waits for its delay, keeps its attempts, and then stands in its old place', async () => {
      const { store, ...world } = await makeWorld()
      const lane = await store.ensureLane({ tenantId, taskType: 'retry' })
      const task = newTask(world.newId(), lane.id, 'retry')
      await store.insert([task])
      const [held] = await claim(store, lane.id, 1, 'r1')
      await store.finish(
        [leaseEnd(held, { kind: 'wait', delayMs: 150, reason: 'retry' }, [attempt(1, 'failed')])],
        'r1',
      )
      expect((await store.get(tenantId, task.id))?.waiting?.reason).toBe('retry')
      expect((await store.promoteDue(10)).promoted).toBe(0)
      await world.pass(200)
      expect(await store.promoteDue(10)).toMatchObject({ promoted: 1, lanes: [lane.id] })
      const [again] = await claim(store, lane.id, 1, 'r1')
      expect(again).toMatchObject({ id: task.id, attempts: 1, rank: task.rank })
      expect(again?.startedAt).not.toBeNull()
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
      const cancel = (index: number) => store.cancel(tenantId, tasks[index]?.id ?? '', 'because', 'r1')
      expect(await cancel(0)).toEqual({ kind: 'signalled', replicaId: 'r1' })
      expect(await cancel(1)).toEqual({ kind: 'ended' })
      expect(await cancel(1)).toEqual({ kind: 'already_ended', status: 'cancelled' })
      expect(await cancel(2)).toEqual({ kind: 'ended' })
      expect(await store.cancel(tenantId, world.newId(), 'because', 'r1')).toBeNull()
      expect(await store.cancel('another', tasks[0]?.id ?? '', 'because', 'r1')).toBeNull()
      expect((await store.totals(tenantId)).cancelled).toBe(2)
    })

    test('the leases of a replica are found, all or those that were asked to stop, with the reason', async () => {
      const { store, ...world } = await makeWorld()
      const lane = await store.ensureLane({ tenantId, taskType: 'held' })
      await store.insert([1, 2, 3].map(rank => newTask(world.newId(), lane.id, 'held', { rank })))
      const own = await claim(store, lane.id, 2, 'r1')
      await claim(store, lane.id, 1, 'r2')
      await store.cancel(tenantId, own[1]?.id ?? '', 'because', 'r2')
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
      await store.cancel(tenantId, task.id, 'enough', 'r1')
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

    test('a task that ended by itself after it was cancelled keeps its own end', async () => {
      const { store, ...world } = await makeWorld()
      const lane = await store.ensureLane({ tenantId, taskType: 'cancel.late' })
      const task = newTask(world.newId(), lane.id, 'cancel.late')
      await store.insert([task])
      const [held] = await claim(store, lane.id, 1, 'r1')
      await store.cancel(tenantId, task.id, 'too late', 'r1')
      await store.finish([leaseEnd(held, succeeded('1'), [attempt(1, 'succeeded')])], 'r1')
      expect((await store.get(tenantId, task.id))?.summary.status).toBe('succeeded')
      expect(await store.totals(tenantId)).toMatchObject({ succeeded: 1, cancelled: 0 })
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
  })
}

function claim(store: TaskStore, laneId: number, slots: number, replicaId: string): Promise<ClaimedTask[]> {
  return store.claim([{ laneId, slots }], slots, replicaId)
}

export function newTask(id: string, laneId: number, type: string, change: Partial<NewTask> = {}): NewTask {
  const acceptedAt = Date.now()
  const runAt = change.runAt ?? null
  return {
    tenantId,
    id,
    laneId,
    type,
    pinnedModuleId: null,
    priority: 5,
    score: 2,
    rank: rankOf(acceptedAt, 2),
    runAt,
    deadline: null,
    totalTimeoutMs: null,
    traceparent: null,
    timeoutMs: 30_000,
    maxAttempts: 4,
    complexity: 1,
    costBudgetUsd: null,
    idempotencyKey: null,
    bodyHash: null,
    submittedBy: 'test',
    retryOf: null,
    dependsOn: [],
    remake: null,
    acceptedAt,
    payload: 'null',
    payloadBytes: 4,
    event: {
      schemaVersion: 1,
      type: runAt === null ? 'task.ready' : 'task.scheduled',
      at: new Date(acceptedAt).toISOString(),
      priority: 5,
      taskId: id,
      moduleId: null,
      instanceId: null,
      data: { type },
    },
    ...change,
  }
}

export function attempt(number: number, outcome: AttemptRecord['outcome']): AttemptRecord {
  const at = Date.now()
  return {
    number,
    moduleId: 'm',
    instanceId: 'i',
    outcome,
    error: null,
    dispatchedAt: at,
    endedAt: at,
    costUsd: 0,
    decision: null,
  }
}

export function succeeded(result: string): NextStep {
  return { kind: 'end', status: 'succeeded', result, error: null, reason: null }
}

export function leaseEnd(task: ClaimedTask | undefined, next: NextStep, attempts: AttemptRecord[] = []): LeaseEnd {
  if (!task) throw new Error('nothing was claimed')
  const at = Date.now()
  const attemptsUsed = attempts.at(-1)?.number ?? task.attempts
  return { task, attempts, attemptsUsed, startedAt: attempts.length > 0 ? at : task.startedAt, at, next, events: [] }
}
