import { describe, expect, test } from 'vitest'
import type { Lane } from '#server/core/queue/lane.ts'
import type { NewTask, NextStep, Remake, TaskStore } from '#server/core/queue/task-store.ts'
import { attempt, leaseEnd, newTask, succeeded } from './task-builders.ts'
import { type TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'
const by = { kind: 'person', id: 'p1', name: 'Olga Operator', tenantId } as const
const lostMessage = 'The replica that ran it stopped, on its last attempt.'

/** What every TaskStore guarantees about tasks that fail; run against PostgreSQL and against memory. */
export function describeDeadLetters(name: string, makeWorld: () => Promise<TaskStoreWorld>): void {
  describe(`dead letters of the task store (${name})`, () => {
    test('a task is an open dead letter from the moment it ends failed, and no other task is one', async () => {
      const world = await makeWorld()
      const failed = await endedTask(world, failure('BAD_RESPONSE', 'No answer to request 4711.'))
      const fine = await endedTask(world, succeeded('1'))
      const cancelled = await endedTask(world, { ...failure('X', 'x'), status: 'cancelled', error: null })
      const [mark, ...others] = await Promise.all(
        [failed, fine, cancelled].map(async id => (await world.store.get(tenantId, id))?.deadLetter),
      )
      expect(mark).toMatchObject({ state: 'open', reprocessedAs: null, closedAt: null, closedBy: null, jobId: null })
      expect(others).toEqual([null, null])
    })

    test('failures of one cause share a fingerprint, whichever way they ended', async () => {
      const world = await makeWorld()
      const fingerprintOf = async (id: string) => (await world.store.get(tenantId, id))?.deadLetter?.fingerprint
      const one = await fingerprintOf(await endedTask(world, failure('TIMEOUT', 'No answer within 30 ms.')))
      const other = await fingerprintOf(await endedTask(world, failure('TIMEOUT', 'No answer within 3,000 ms.')))
      const another = await fingerprintOf(await endedTask(world, failure('REFUSED', 'No answer within 30 ms.')))
      expect(one).toBeDefined()
      expect(other).toBe(one)
      expect(another).not.toBe(one)
      const finished = await endedTask(world, failure('REPLICA_LOST', lostMessage))
      const reclaimed = await lostTask(world)
      expect(await fingerprintOf(reclaimed)).toBe(await fingerprintOf(finished))
    })

    test('reprocessing closes the letter with the new task; a second time makes nothing and says what was made', async () => {
      const world = await makeWorld()
      const id = await endedTask(world, failure('X', 'x'))
      const lane = await laneOf(world.store)
      const first = remade(world.newId(), lane, id)
      expect(await world.store.insert([first])).toEqual([{ kind: 'inserted' }])
      expect(await world.store.get(tenantId, id)).toMatchObject({
        retriedAs: first.id,
        deadLetter: { state: 'reprocessed', reprocessedAs: first.id, closedBy: by.name, jobId: null },
      })
      const second = remade(world.newId(), lane, id, { idempotencyKey: 'again', bodyHash: 'h' })
      const refusal = { kind: 'letter_not_open', state: 'reprocessed', reprocessedAs: first.id, jobId: null }
      expect(await world.store.insert([second])).toEqual([refusal])
      expect(await world.store.get(tenantId, second.id)).toBeNull()
      const unrelated = newTask(world.newId(), lane.id, lane.taskType, { idempotencyKey: 'again', bodyHash: 'other' })
      expect(await world.store.insert([unrelated]), 'the key was given back').toEqual([{ kind: 'inserted' }])
      const never = remade(world.newId(), lane, unrelated.id)
      expect(await world.store.insert([never])).toEqual([{ ...refusal, state: null, reprocessedAs: null }])
    })

    test('of many that reprocess one letter at once, in one batch or several, one makes a task', async () => {
      const world = await makeWorld()
      const id = await endedTask(world, failure('X', 'x'))
      const lane = await laneOf(world.store)
      const batches = Array.from({ length: 6 }, () => [1, 2].map(() => remade(world.newId(), lane, id)))
      const results = (await Promise.all(batches.map(batch => world.store.insert(batch)))).flat()
      expect(results.filter(({ kind }) => kind === 'inserted')).toHaveLength(1)
      expect(results.filter(({ kind }) => kind === 'letter_not_open')).toHaveLength(11)
      expect((await world.store.counts(tenantId)).ready).toBe(1)
    })

    test('a retry closes an open letter and is not held up by a closed one', async () => {
      const world = await makeWorld()
      const id = await endedTask(world, failure('X', 'x'))
      const lane = await laneOf(world.store)
      const [first, second] = [1, 2].map(() => remade(world.newId(), lane, id, {}, { kind: 'retry' })) as [
        NewTask,
        NewTask,
      ]
      expect(await world.store.insert([first])).toEqual([{ kind: 'inserted' }])
      expect(await world.store.insert([second])).toEqual([{ kind: 'inserted' }])
      expect((await world.store.get(tenantId, id))?.deadLetter?.reprocessedAs).toBe(first.id)
    })

    test('the task of another tenant is no dead letter of ours', async () => {
      const world = await makeWorld()
      const id = await endedTask(world, failure('X', 'x'))
      const lane = await laneOf(world.store)
      const foreign = { ...remade(world.newId(), lane, id), tenantId: 'other' }
      expect(await world.store.insert([foreign])).toMatchObject([{ kind: 'letter_not_open', state: null }])
      expect((await world.store.get(tenantId, id))?.deadLetter?.state).toBe('open')
    })
  })
}

function failure(code: string, message: string): Extract<NextStep, { kind: 'end' }> {
  return { kind: 'end', status: 'failed', result: null, error: { code, message }, reason: null }
}

function laneOf(store: TaskStore): Promise<Lane> {
  return store.ensureLane({ tenantId, taskType: 'letters' })
}

/** A task that was claimed once and ended so. */
async function endedTask(world: TaskStoreWorld, next: NextStep): Promise<string> {
  const lane = await laneOf(world.store)
  const task = newTask(world.newId(), lane.id, lane.taskType)
  await world.store.insert([task])
  const [held] = await world.store.claim([{ laneId: lane.id, slots: 1 }], 1, 'r1')
  await world.store.finish([leaseEnd(held, next, [attempt(1, 'failed')])], 'r1')
  return task.id
}

/** A task whose replica died on its last attempt. */
async function lostTask(world: TaskStoreWorld): Promise<string> {
  const lane = await laneOf(world.store)
  const task = newTask(world.newId(), lane.id, lane.taskType, { maxAttempts: 1 })
  await world.store.insert([task])
  await world.addReplica('dying')
  await world.store.claim([{ laneId: lane.id, slots: 1 }], 1, 'dying')
  await world.ageReplica('dying', 60_000)
  await world.store.reclaim(5_000, null)
  return task.id
}

function remade(
  id: string,
  lane: Lane,
  from: string,
  change: Partial<NewTask> = {},
  remake: Partial<Remake> = {},
): NewTask {
  return newTask(id, lane.id, lane.taskType, {
    retryOf: from,
    remake: { kind: 'reprocess', by, jobId: null, isPayloadEdited: false, ...remake },
    ...change,
  })
}
