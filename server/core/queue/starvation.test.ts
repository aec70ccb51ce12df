import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededIds, createSeededRandom } from '#server/testing/seeded-random.ts'
import { attempt, leaseEnd, newTask, succeeded } from '#server/testing/task-store-contract.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import { defaultQueuePolicy, rankOf, scoreOf } from './priority.ts'
import type { NewTask } from './task-store.ts'

const second = 1_000
const minute = 60 * second
const highest = { type: 'finance', priority: 1 }
const lowest = { type: 'video_generation', priority: 10 }

interface Start {
  task: NewTask
  at: number
}

/**
 * An hour in which a task arrives each second, nine of ten of the highest class, the tenth of the lowest, before a fleet that
 * carries out one task a second and began with `backlog` tasks of the highest class. Answers who was started when.
 */
async function runHour(seed: number, backlog: number): Promise<{ starts: Start[]; accepted: NewTask[] }> {
  const clock = new FakeClock()
  const store = new MemoryTaskStore(clock)
  const random = createSeededRandom(seed)
  const ids = createSeededIds(seed, () => clock.now())
  const lanes = new Map<string, number>()
  for (const { type } of [highest, lowest])
    lanes.set(type, (await store.ensureLane({ tenantId: 'default', taskType: type })).id)
  const accepted = new Map<string, NewTask>()
  const submit = async ({ type, priority }: { type: string; priority: number }) => {
    const score = scoreOf(defaultQueuePolicy, type, priority)
    const acceptedAt = clock.now()
    const rank = rankOf(acceptedAt, score)
    const task = newTask(ids.next(), lanes.get(type) ?? 0, type, { priority, score, rank, acceptedAt })
    accepted.set(task.id, task)
    await store.insert([task])
  }
  for (let n = 0; n < backlog; n++) await submit(highest)
  const starts: Start[] = []
  const open = [...lanes.values()].map(laneId => ({ laneId, slots: 1 }))
  for (let now = 0; now < 60 * minute; now += second) {
    await submit(random() < 0.9 ? highest : lowest)
    const [held] = await store.claim(open, 1, 'r1')
    if (held) {
      starts.push({ task: accepted.get(held.id) as NewTask, at: clock.now() })
      await store.finish([leaseEnd(held, succeeded('1'), [attempt(1, 'succeeded')])])
    }
    await clock.advance(second)
  }
  return { starts, accepted: [...accepted.values()] }
}

test('with nine urgent arrivals to one, an hour long and under full load, low work waits no longer than its bound and is never overtaken by later arrivals beyond it', async () => {
  for (const seed of [1, 2]) {
    const backlog = 300
    const { starts, accepted } = await runHour(seed, backlog)
    const startedAt = new Map(starts.map(({ task, at }) => [task.id, at]))
    const endAt = Math.max(...startedAt.values())
    // 26 minutes in which it may be overtaken, and the time that the backlog takes.
    const boundMs = 26 * minute + (backlog + 60) * second
    const low = accepted.filter(task => task.type === lowest.type)
    const due = low.filter(task => task.acceptedAt + boundMs <= endAt)
    expect(due.length).toBeGreaterThan(100)
    for (const task of due) expect((startedAt.get(task.id) ?? Infinity) - task.acceptedAt).toBeLessThanOrEqual(boundMs)
    for (const task of low) {
      const at = startedAt.get(task.id)
      if (at === undefined) continue
      const overtakers = starts.filter(other => other.at < at && other.task.acceptedAt > task.acceptedAt + 26 * minute)
      expect(overtakers).toEqual([])
    }
  }
})

test('urgent work goes before low work that came up to 26 minutes earlier', async () => {
  const { starts } = await runHour(4, 300)
  for (const [index, { task, at }] of starts.entries()) {
    if (task.type !== lowest.type) continue
    const waitingUrgent = starts
      .slice(index + 1)
      .filter(later => later.task.type === highest.type && later.task.acceptedAt < at)
      .filter(later => later.task.acceptedAt < task.acceptedAt + 26 * minute - second)
    expect(waitingUrgent).toEqual([])
  }
})
