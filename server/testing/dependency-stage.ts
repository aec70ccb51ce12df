import { expect } from 'vitest'
import type { NewTask, TaskStore } from '#server/core/queue/task-store.ts'
import { attempt, leaseEnd, newTask } from './task-builders.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'
const type = 'step'

/** How a task ends that is given up. */
export const failed = {
  kind: 'end',
  status: 'failed',
  result: null,
  error: { code: 'X', message: 'x' },
  reason: null,
} as const

export type DependencyStage = Awaited<ReturnType<typeof openDependencyStage>>

/** A world with one lane, and short ways to do to its tasks what the tests do all the time. */
export async function openDependencyStage(makeWorld: () => Promise<TaskStoreWorld>) {
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

/** What is told of dependants, from now on. */
export function listen(store: TaskStore) {
  const heard: Parameters<Parameters<TaskStore['onDependantsMoved']>[0]>[0][] = []
  store.onDependantsMoved(moved => heard.push(moved))
  return heard
}
