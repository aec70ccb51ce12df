import fc from 'fast-check'
import { expect } from 'vitest'
import { type EagerLease, toClaimedTask } from '#server/core/queue/eager-start.ts'
import type { ClaimedTask, InsertResult, NewTask, NextStep, TaskStore } from '#server/core/queue/task-store.ts'
import { systemPrincipal } from '../core/shared/principal.ts'
import { expectCounts, expectEveryTask } from './expect-model.ts'
import { attempt, leaseEnd, newTask, succeeded } from './task-builders.ts'
import {
  bytesOf,
  claimable,
  inOrder,
  isQueued,
  type Model,
  type ModelTask,
  moveDependants,
  pickLease,
  placeWithoutParents,
  refusalOf,
  settle,
  statusOf,
} from './task-model.ts'

/** A store in a world whose time the model moves. */
export interface ModelWorld {
  store: TaskStore
  /** The store's present, in ms since the epoch. */
  nowMs(): number
  pass(ms: number): Promise<void>
  /** A replica says that it lives. */
  beat(replicaId: string): Promise<void>
  newId(): string
}

const tenantId = 'default'
const laneTypes = ['model.a', 'model.b', 'model.c']
const replicas = ['one', 'two']
const minute = 60_000
/** Far from what a busy machine may let pass between two statements, which must not make the living look dead. */
const deadAfterMs = minute

interface Real extends ModelWorld {
  laneIds: number[]
}

/**
 * Runs random sequences of what happens to a task store against a model of a few lines. Whatever the sequence: the store hands
 * out what the model expects in the order that it expects, under lease numbers that only grow; a late writer changes nothing;
 * every accepted task is alive or ended; and what has ended stays as it ended.
 */
export async function checkTaskStoreModel(
  open: () => Promise<ModelWorld>,
  options: { runs: number; maxCommands: number },
): Promise<void> {
  const commands = fc.commands(steps, { maxCommands: options.maxCommands, size: 'max' })
  await fc.assert(
    fc.asyncProperty(commands, async sequence => {
      const world = await open()
      const laneIds: number[] = []
      for (const type of laneTypes) laneIds.push((await world.store.ensureLane({ tenantId, taskType: type })).id)
      const model: Model = { now: 0, tasks: [], paused: new Set(), leases: [], lastLeaseNo: 0 }
      await fc.asyncModelRun(() => ({ model, real: { ...world, laneIds } }), sequence)
      await expectEveryTask(model, world.store)
    }),
    { numRuns: options.runs },
  )
}

type Step = fc.AsyncCommand<Model, Real>

function step(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  canRun: (model: Model) => boolean = () => true,
): Step {
  return {
    check: model => canRun(model),
    async run(model, real) {
      await run(model, real)
      moveDependants(model)
      await expectCounts(model, real.store)
    },
    toString: () => name,
  }
}

const someTime = fc.constantFrom(0, 5 * minute, 10 * minute, 30 * minute)
const newTasks = fc.array(
  fc.record({
    lane: fc.nat(laneTypes.length - 1),
    rank: fc.nat(3),
    priority: fc.integer({ min: 1, max: 3 }),
    startsIn: fc.option(someTime, { freq: 3 }),
    deadlineIn: fc.option(fc.constantFrom(5 * minute, 10 * minute, 30 * minute), { freq: 3 }),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    /** Counted from the newest task before it. */
    parents: fc.oneof(
      { weight: 2, arbitrary: fc.constant<number[]>([]) },
      fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }),
    ),
    isEager: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
)

const submit = newTasks.map(plans =>
  step(`submit ${JSON.stringify(plans)}`, async (model, { store, laneIds, newId, nowMs }) => {
    const added: ModelTask[] = []
    for (const plan of plans) {
      const { lane, rank, priority, maxAttempts } = plan
      const known = [...model.tasks, ...added]
      const parents = plan.parents.flatMap(back => known.at(-1 - back) ?? [])
      const deadline = plan.deadlineIn === null ? Number.POSITIVE_INFINITY : model.now + plan.deadlineIn
      const startsAt = plan.startsIn === null ? null : model.now + plan.startsIn
      const order = { lane, rank, priority, deadline }
      added.push({
        id: newId(),
        ...order,
        maxAttempts,
        used: 0,
        parents,
        startsAt,
        checkpoint: null,
        place: { kind: 'blocked' },
      })
    }
    const toTime = (at: number | null) => (at === null || !Number.isFinite(at) ? null : nowMs() + at - model.now)
    const hangsTogether = added.some(({ parents }) => parents.length > 0)
    const by = replicas[0] ?? ''
    const tasks = added.map(({ id, lane, rank, priority, maxAttempts, deadline, parents, startsAt }) =>
      newTask(id, laneIds[lane] ?? 0, laneTypes[lane] ?? '', {
        ...{ rank, priority, maxAttempts, payloadBytes: bytesOf({ priority }) },
        deadline: toTime(deadline),
        runAt: toTime(startsAt),
        dependsOn: parents.map(parent => parent.id),
      }),
    )
    const eager = hangsTogether ? [] : tasks.filter((_, index) => plans[index]?.isEager)
    const results = await store.insert(tasks, { replicaId: by, tasks: new Set(eager) })
    const refused = new Set<ModelTask>()
    const expected = added.map((task, index): InsertResult => {
      const refusal = refusalOf(task, refused)
      if (refusal) refused.add(task)
      const waitsFor = new Set(task.parents.filter(parent => statusOf(parent) !== 'succeeded')).size
      if (!refusal && waitsFor === 0) task.place = placeWithoutParents(task)
      const lease = leaseOf(results[index])
      if (lease && task.place.kind === 'ready' && eager.includes(tasks[index] as NewTask)) {
        expect(lease.leaseNo).toBeGreaterThan(model.lastLeaseNo)
        model.lastLeaseNo = lease.leaseNo
        task.place = { kind: 'leased', leaseNo: lease.leaseNo, by, isCancelled: false }
        model.leases.push(toClaimedTask(tasks[index] as NewTask, lease))
        return { kind: 'inserted', lease }
      }
      return refusal ?? (waitsFor === 0 ? { kind: 'inserted' } : { kind: 'inserted', waitsFor })
    })
    expect(results).toEqual(expected)
    model.tasks.push(...added.filter(task => !refused.has(task)))
  }),
)

function leaseOf(result: InsertResult | undefined): EagerLease | undefined {
  return result?.kind === 'inserted' ? result.lease : undefined
}

const claim = fc
  .record({
    by: fc.constantFrom(...replicas),
    lanes: fc.subarray([0, 1, 2], { minLength: 1 }),
    slots: fc.integer({ min: 1, max: 4 }),
    limit: fc.integer({ min: 1, max: 6 }),
    isAnswerLost: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  })
  .map(plan => step(`claim ${JSON.stringify(plan)}`, (model, real) => claimAs(plan, model, real)))

/** A claimer opens what is not paused. When the answer is lost, it asks what it holds beyond what it knows of. */
async function claimAs(
  plan: { by: string; lanes: number[]; slots: number; limit: number; isAnswerLost: boolean },
  model: Model,
  { store, laneIds }: Real,
): Promise<void> {
  const { by, slots, limit } = plan
  const open = plan.lanes.filter(lane => !model.paused.has(lane))
  const ofLane = (lane: number) =>
    claimable(model)
      .filter(task => task.lane === lane)
      .slice(0, slots)
  const expected = open.flatMap(ofLane).toSorted(inOrder).slice(0, limit)
  const known = model.tasks.flatMap(({ place }) => (place.kind === 'leased' && place.by === by ? [place.leaseNo] : []))
  const answered = await store.claim(
    open.map(lane => ({ laneId: laneIds[lane] ?? 0, slots })),
    limit,
    by,
  )
  const claimed = plan.isAnswerLost ? (await store.leased(by, known)).toSorted(inClaimOrder) : answered
  expect(claimed.map(({ id, attempts, checkpoint }) => [id, attempts, checkpoint])).toEqual(
    expected.map(({ id, used, checkpoint }) => [id, used, checkpoint]),
  )
  for (const [index, { leaseNo }] of claimed.entries()) {
    expect(leaseNo).toBeGreaterThan(model.lastLeaseNo)
    const task = expected[index]
    if (task) task.place = { kind: 'leased', leaseNo, by, isCancelled: false }
  }
  model.lastLeaseNo = Math.max(model.lastLeaseNo, ...claimed.map(task => task.leaseNo))
  model.leases.push(...claimed)
}

function inClaimOrder(a: ClaimedTask, b: ClaimedTask): number {
  const deadlines = (a.deadline ?? Number.POSITIVE_INFINITY) - (b.deadline ?? Number.POSITIVE_INFINITY)
  return a.rank - b.rank || a.priority - b.priority || deadlines || (a.id < b.id ? -1 : 1)
}

/** Success most often: only so do all parents of a task succeed now and then. */
const nextSteps = fc.constantFrom<NextStep>(
  ...Array.from({ length: 6 }, () => succeeded('{"ok":true}')),
  { kind: 'end', status: 'failed', result: null, error: { code: 'X', message: 'x' }, reason: 'NOT_RETRYABLE' },
  { kind: 'wait', delayMs: 0, reason: 'retry' },
  { kind: 'wait', delayMs: 10 * minute, reason: 'retry' },
  { kind: 'requeue' },
)

/** Whoever holds any lease ever handed out, current or not, writes how it ended. */
const finish = fc.array(fc.tuple(fc.nat(), nextSteps), { minLength: 1, maxLength: 4 }).map(ends =>
  step(
    `finish ${ends.map(([which, next]) => `${which} ${next.kind}`).join(', ')}`,
    async (model, { store }) => {
      const chosen = new Map(ends.map(([which, next]) => [pickLease(model, which), next]))
      const expected: boolean[] = []
      const written = [...chosen].map(([lease, next]) => {
        const task = model.tasks.find(other => other.id === lease.id) as ModelTask
        const isCurrent = task.place.kind === 'leased' && task.place.leaseNo === lease.leaseNo
        expected.push(isCurrent)
        const used = lease.attempts + (next.kind === 'requeue' ? 0 : 1)
        if (isCurrent) settle(task, next, used, model.now)
        const attempts = next.kind === 'requeue' ? [] : [attempt(used, next.kind === 'end' ? 'succeeded' : 'failed')]
        const end = leaseEnd(lease, next, attempts)
        // Whoever saved something had begun.
        return { ...end, startedAt: end.startedAt ?? (task.checkpoint === null ? null : end.at) }
      })
      expect(await store.finish(written, 'one')).toEqual(expected)
    },
    model => model.leases.length > 0,
  ),
)

const cancel = fc.nat().map(which =>
  step(
    `cancel ${which}`,
    async (model, { store }) => {
      const task = model.tasks[which % model.tasks.length] as ModelTask
      const { place } = task
      const result = await store.cancel(systemPrincipal(tenantId), task.id, 'because', 'one')
      if (place.kind === 'ended') expect(result).toEqual({ kind: 'already_ended', status: place.status })
      else if (place.kind === 'leased') {
        expect(result).toEqual({ kind: 'signalled', replicaId: place.by })
        place.isCancelled = true
      } else {
        expect(result).toEqual({ kind: 'ended' })
        task.place = { kind: 'ended', status: 'cancelled' }
      }
    },
    model => model.tasks.length > 0,
  ),
)

/** Whoever holds any lease ever handed out, current or not, saves what it has done so far. */
const save = fc.array(fc.tuple(fc.nat(), fc.nat(99)), { minLength: 1, maxLength: 3 }).map(saves =>
  step(
    `save ${JSON.stringify(saves)}`,
    async (model, { store }) => {
      const byTask = new Map(saves.map(([which, data]) => [pickLease(model, which).id, { which, data }]))
      const expected: boolean[] = []
      const written = [...byTask.values()].map(({ which, data }) => {
        const lease = pickLease(model, which)
        const task = model.tasks.find(other => other.id === lease.id) as ModelTask
        const isCurrent = task.place.kind === 'leased' && task.place.leaseNo === lease.leaseNo
        expected.push(isCurrent)
        return { isCurrent, task, data, lease }
      })
      const moduleId = 'm'
      const kept = await store.saveCheckpoints(
        written.map(({ data, lease: { id: taskId, leaseNo } }) => {
          return { tenantId, taskId, leaseNo, moduleId, data: JSON.stringify(data) }
        }),
      )
      for (const { isCurrent, task, data } of written) if (isCurrent) task.checkpoint = { data, moduleId }
      expect(kept).toEqual(expected)
    },
    model => model.leases.length > 0,
  ),
)

const pause = fc.nat(laneTypes.length - 1).map(lane =>
  step(`pause or resume ${lane}`, async model => {
    if (!model.paused.delete(lane)) model.paused.add(lane)
  }),
)

const pass = fc.constantFrom(minute, 5 * minute, 20 * minute).map(ms =>
  step(`pass ${ms / minute} min`, async (model, real) => {
    await real.pass(ms)
    model.now += ms
  }),
)

/** What the queue's upkeep does now and then: late work ends, due work becomes ready. */
const upkeep = fc.constant(
  step('expire and promote', async (model, { store }) => {
    const late = model.tasks.filter(task => isQueued(task) && task.deadline <= model.now)
    expect(await store.expireOverdue(1_000, 'one')).toBe(late.length)
    for (const task of late) task.place = { kind: 'ended', status: 'expired' }
    const due = model.tasks.filter(({ place }) => place.kind === 'waiting' && place.dueAt <= model.now)
    expect((await store.promoteDue(1_000)).promoted).toBe(due.length)
    for (const task of due) task.place = { kind: 'ready' }
  }),
)

/** A replica falls silent, the other one takes its work; the dead one comes back and still remembers its leases. */
const crash = fc.constantFrom(...replicas).map(dead =>
  step(`crash ${dead}`, async (model, { store, beat, pass: passReal }) => {
    for (const replica of replicas) await beat(replica)
    // Whole minutes, as all times of the model: none of them comes close enough to another for real time to decide.
    await passReal(2 * deadAfterMs)
    model.now += 2 * deadAfterMs
    for (const replica of replicas) if (replica !== dead) await beat(replica)
    const lost = model.tasks.filter(({ place }) => place.kind === 'leased' && place.by === dead)
    const reclaimed = await store.reclaim(deadAfterMs, null)
    for (const task of lost) {
      task.used++
      const wasCancelled = task.place.kind === 'leased' && task.place.isCancelled
      if (wasCancelled) task.place = { kind: 'ended', status: 'cancelled' }
      else task.place = task.used >= task.maxAttempts ? { kind: 'ended', status: 'failed' } : { kind: 'ready' }
    }
    expect(await store.repairBlocked(null, 1_000)).toEqual({ repaired: [], lastId: null })
    const outcomes = lost.map(({ id, place }) => [id, place.kind === 'ready' ? 'requeued' : 'failed'])
    expect(reclaimed.map(({ id, outcome }) => [id, outcome]).toSorted()).toEqual(outcomes.toSorted())
  }),
)

const steps = [submit, claim, claim, finish, finish, cancel, save, pause, pass, upkeep, crash]
