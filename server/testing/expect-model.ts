import { expect } from 'vitest'
import type { TaskStatus } from '#server/contracts/tasks.ts'
import type { TaskStore } from '#server/core/queue/task-store.ts'
import { bytesOf, type Model, statusOf } from './task-model.ts'

/** Accepted = ended + alive, in the store's own counts, as the model has them. */
export async function expectCounts(model: Model, store: TaskStore): Promise<void> {
  const having = (status: TaskStatus) => model.tasks.filter(task => statusOf(task) === status).length
  const [counts, totals, live] = await Promise.all([
    store.counts('default'),
    store.totals('default'),
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

/** Every task is where the model has it, with the attempts it used and what it saved. */
export async function expectEveryTask(model: Model, store: TaskStore): Promise<void> {
  for (const task of model.tasks) {
    const stored = await store.get('default', task.id)
    const saved = task.place.kind === 'ended' ? undefined : task.checkpoint?.data
    expect([stored?.summary.status, stored?.summary.attemptCount, stored?.checkpoint?.data]).toEqual([
      ...[statusOf(task), task.used, saved],
    ])
  }
}
