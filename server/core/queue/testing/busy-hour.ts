import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededIds, createSeededRandom } from '#server/testing/seeded-random.ts'
import { attempt, leaseEnd, newTask, succeeded } from '#server/testing/task-builders.ts'
import { MemoryTaskStore } from '../../simulation/memory-task-store.ts'
import { defaultQueuePolicy, rankOf, scoreOf } from '../priority.ts'
import type { NewTask } from '../task-store.ts'

const second = 1_000
const minute = 60 * second
export const highest = { type: 'finance', priority: 1 }
export const lowest = { type: 'video_generation', priority: 10 }

export interface Start {
  task: NewTask
  at: number
}

/**
 * An hour in which a task arrives each second, nine of ten of the highest class, the tenth of the lowest, before a fleet that
 * carries out one task a second and began with `backlog` tasks of the highest class. Answers who was started when.
 */
export async function runBusyHour(seed: number, backlog: number): Promise<{ starts: Start[]; accepted: NewTask[] }> {
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
