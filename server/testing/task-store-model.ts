import fc from 'fast-check'
import { expect } from 'vitest'
import type { TaskStatus } from '#server/contracts/tasks.ts'
import type { ClaimedTask, InsertResult, NextStep, TaskStore } from '#server/core/queue/task-store.ts'
import { attempt, leaseEnd, newTask, succeeded } from './task-store-contract.ts'

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
const deadAfterMs = 5_000

/** What the model knows of a task. Times are ms since the start of the run. */
interface ModelTask {
  id: string
  lane: number
  rank: number
  priority: number
  deadline: number
  maxAttempts: number
  used: number
  /** Those that have to succeed before it. */
  parents: readonly ModelTask[]
  startsAt: number | null
  place:
    | { kind: 'blocked' }
    | { kind: 'ready' }
    | { kind: 'waiting'; dueAt: number }
    | { kind: 'leased'; leaseNo: number; by: string; isCancelled: boolean }
    | { kind: 'ended'; status: TaskStatus }
}

interface Model {
  now: number
  tasks: ModelTask[]
  /** Every lease ever handed out, current or not, as its holder remembers it. */
  leases: ClaimedTask[]
  lastLeaseNo: number
}

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
      const model: Model = { now: 0, tasks: [], leases: [], lastLeaseNo: 0 }
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
      added.push({ id: newId(), ...order, maxAttempts, used: 0, parents, startsAt, place: { kind: 'blocked' } })
    }
    const toTime = (at: number | null) => (at === null || !Number.isFinite(at) ? null : nowMs() + at - model.now)
    const results = await store.insert(
      added.map(({ id, lane, rank, priority, maxAttempts, deadline, parents, startsAt }) =>
        newTask(id, laneIds[lane] ?? 0, laneTypes[lane] ?? '', {
          ...{ rank, priority, maxAttempts, payloadBytes: bytesOf({ priority }) },
          deadline: toTime(deadline),
          runAt: toTime(startsAt),
          dependsOn: parents.map(parent => parent.id),
        }),
      ),
    )
    const refused = new Set<ModelTask>()
    const expected = added.map((task): InsertResult => {
      const refusal = refusalOf(task, refused)
      if (refusal) refused.add(task)
      const waitsFor = new Set(task.parents.filter(parent => statusOf(parent) !== 'succeeded')).size
      if (!refusal && waitsFor === 0) task.place = placeWithoutParents(task)
      return refusal ?? (waitsFor === 0 ? { kind: 'inserted' } : { kind: 'inserted', waitsFor })
    })
    expect(results).toEqual(expected)
    model.tasks.push(...added.filter(task => !refused.has(task)))
  }),
)

const claim = fc
  .record({
    by: fc.constantFrom(...replicas),
    lanes: fc.subarray([0, 1, 2], { minLength: 1 }),
    slots: fc.integer({ min: 1, max: 4 }),
    limit: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ by, lanes, slots, limit }) =>
    step(`claim by ${by} of lanes ${lanes}, ${slots} each, ${limit} in all`, async (model, { store, laneIds }) => {
      const expected = lanes
        .flatMap(lane =>
          claimable(model)
            .filter(task => task.lane === lane)
            .slice(0, slots),
        )
        .toSorted(inOrder)
        .slice(0, limit)
      const open = lanes.map(lane => ({ laneId: laneIds[lane] ?? 0, slots }))
      const claimed = await store.claim(open, limit, by)
      expect(claimed.map(({ id, attempts }) => [id, attempts])).toEqual(expected.map(({ id, used }) => [id, used]))
      for (const [index, { leaseNo }] of claimed.entries()) {
        expect(leaseNo).toBeGreaterThan(model.lastLeaseNo)
        const task = expected[index]
        if (task) task.place = { kind: 'leased', leaseNo, by, isCancelled: false }
      }
      model.lastLeaseNo = Math.max(model.lastLeaseNo, ...claimed.map(task => task.leaseNo))
      model.leases.push(...claimed)
    }),
  )

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
        return leaseEnd(
          lease,
          next,
          next.kind === 'requeue' ? [] : [attempt(used, next.kind === 'end' ? 'succeeded' : 'failed')],
        )
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
      const result = await store.cancel(tenantId, task.id, 'because', 'one')
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
    await passReal(deadAfterMs + 1_000)
    model.now += deadAfterMs + 1_000
    for (const replica of replicas) if (replica !== dead) await beat(replica)
    const lost = model.tasks.filter(({ place }) => place.kind === 'leased' && place.by === dead)
    const reclaimed = await store.reclaim(deadAfterMs, null)
    for (const task of lost) {
      task.used++
      const wasCancelled = task.place.kind === 'leased' && task.place.isCancelled
      if (wasCancelled) task.place = { kind: 'ended', status: 'cancelled' }
      else task.place = task.used >= task.maxAttempts ? { kind: 'ended', status: 'failed' } : { kind: 'ready' }
    }
    const outcomes = lost.map(({ id, place }) => [id, place.kind === 'ready' ? 'requeued' : 'failed'])
    expect(reclaimed.map(({ id, outcome }) => [id, outcome]).toSorted()).toEqual(outcomes.toSorted())
  }),
)

const steps = [submit, claim, claim, finish, finish, cancel, pass, upkeep, crash]

/** Every other time a lease whose task has meanwhile been leased anew, when there is one. */
function pickLease(model: Model, which: number): ClaimedTask {
  const isSuperseded = (lease: ClaimedTask) => {
    const { place } = model.tasks.find(task => task.id === lease.id) as ModelTask
    return place.kind === 'leased' && place.leaseNo !== lease.leaseNo
  }
  const superseded = which % 2 === 0 ? model.leases.filter(isSuperseded) : []
  const candidates = superseded.length > 0 ? superseded : model.leases
  return candidates[which % candidates.length] as ClaimedTask
}

function settle(task: ModelTask, next: NextStep, used: number, now: number): void {
  const wasCancelled = task.place.kind === 'leased' && task.place.isCancelled
  task.used = used
  if (next.kind === 'end') task.place = { kind: 'ended', status: next.status }
  else if (wasCancelled) task.place = { kind: 'ended', status: 'cancelled' }
  else task.place = next.kind === 'requeue' ? { kind: 'ready' } : { kind: 'waiting', dueAt: now + next.delayMs }
}

/** The first of its parents, as they are named, that it cannot be added for. */
function refusalOf(task: ModelTask, refused: ReadonlySet<ModelTask>): InsertResult | null {
  for (const parent of task.parents) {
    if (refused.has(parent)) return { kind: 'parent_rejected', parentId: parent.id }
    const status = statusOf(parent)
    if (parent.place.kind === 'ended' && status !== 'succeeded')
      return { kind: 'parent_failed', parentId: parent.id, status }
  }
  return null
}

function placeWithoutParents({ startsAt }: ModelTask): ModelTask['place'] {
  return startsAt === null ? { kind: 'ready' } : { kind: 'waiting', dueAt: startsAt }
}

/** Lets what has ended have its effect on those that wait for it. */
function moveDependants(model: Model): void {
  const blocked = model.tasks.filter(({ place }) => place.kind === 'blocked')
  const doomed = blocked.filter(({ parents }) =>
    parents.some(({ place }) => place.kind === 'ended' && place.status !== 'succeeded'),
  )
  for (const task of doomed) task.place = { kind: 'ended', status: 'cancelled' }
  if (doomed.length > 0) return moveDependants(model)
  for (const task of blocked) {
    if (!task.parents.every(parent => statusOf(parent) === 'succeeded')) continue
    const isEarly = task.startsAt !== null && task.startsAt > model.now
    task.place = isEarly ? placeWithoutParents(task) : { kind: 'ready' }
  }
}

function isQueued({ place }: ModelTask): boolean {
  return place.kind === 'blocked' || place.kind === 'ready' || place.kind === 'waiting'
}

function claimable(model: Model): ModelTask[] {
  return model.tasks.filter(task => task.place.kind === 'ready' && task.deadline > model.now).toSorted(inOrder)
}

function inOrder(a: ModelTask, b: ModelTask): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.priority !== b.priority) return a.priority - b.priority
  if (a.deadline !== b.deadline) return a.deadline - b.deadline
  return a.id < b.id ? -1 : 1
}

function statusOf({ place }: ModelTask): TaskStatus {
  if (place.kind === 'ended') return place.status
  if (place.kind === 'leased') return 'running'
  if (place.kind === 'blocked') return 'blocked'
  return place.kind === 'waiting' ? 'scheduled' : 'ready'
}

/** Payload bytes as the model counts them. */
function bytesOf({ priority }: Pick<ModelTask, 'priority'>): number {
  return priority * 100
}

/** Accepted = ended + alive, in the store's own counts, as the model has them. */
async function expectCounts(model: Model, store: TaskStore): Promise<void> {
  const having = (status: TaskStatus) => model.tasks.filter(task => statusOf(task) === status).length
  const [counts, totals, live] = await Promise.all([
    store.counts(tenantId),
    store.totals(tenantId),
    store.recountLive(),
  ])
  expect(counts).toMatchObject({
    ready: having('ready'),
    running: having('running'),
    scheduled: having('scheduled'),
    blocked: having('blocked'),
  })
  expect(totals).toEqual({
    accepted: model.tasks.length,
    succeeded: having('succeeded'),
    failed: having('failed'),
    cancelled: having('cancelled'),
    expired: having('expired'),
  })
  const alive = model.tasks.filter(({ place }) => place.kind !== 'ended').length
  const bytes = model.tasks.reduce((sum, task) => sum + (task.place.kind === 'ended' ? 0 : bytesOf(task)), 0)
  expect(live).toEqual({
    counted: { count: alive, bytes },
    totals: { count: alive, bytes, ended: model.tasks.length - alive },
  })
}

async function expectEveryTask(model: Model, store: TaskStore): Promise<void> {
  for (const task of model.tasks) {
    const stored = await store.get(tenantId, task.id)
    expect([stored?.summary.status, stored?.summary.attemptCount]).toEqual([statusOf(task), task.used])
  }
}
