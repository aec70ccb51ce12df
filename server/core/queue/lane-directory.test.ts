import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import { LaneDirectory } from './lane-directory.ts'
import type { Lane } from './task-store.ts'

/** A memory store that counts how often lanes are asked for, and can be away. */
class CountingStore extends MemoryTaskStore {
  asked = 0
  isAway = false

  override async ensureLane(tenantId: string, taskType: string, pinnedModuleId: string | null): Promise<Lane> {
    this.asked++
    if (this.isAway) throw new Error('away')
    return super.ensureLane(tenantId, taskType, pinnedModuleId)
  }
}

test('many who need a new lane at once ask the store once and get the same lane', async () => {
  const store = new CountingStore(new FakeClock())
  const lanes = new LaneDirectory(store)
  const found = await Promise.all(Array.from({ length: 20 }, () => lanes.ensure('default', 'work', null)))
  expect(store.asked).toBe(1)
  expect(new Set(found).size).toBe(1)
  expect(lanes.get(found[0]?.id ?? 0)).toBe(found[0])
})

test('tenant, type and pinned module each make a lane of their own', async () => {
  const lanes = new LaneDirectory(new MemoryTaskStore(new FakeClock()))
  await lanes.ensure('default', 'work', null)
  await lanes.ensure('default', 'work', 'module-a')
  await lanes.ensure('default', 'other', null)
  await lanes.ensure('another', 'work', null)
  expect(new Set([...lanes.all()].map(lane => lane.id)).size).toBe(4)
})

test('a lane that could not be made is asked for again by the next who needs it', async () => {
  const store = new CountingStore(new FakeClock())
  const lanes = new LaneDirectory(store)
  store.isAway = true
  await expect(lanes.ensure('default', 'work', null)).rejects.toThrow('away')
  store.isAway = false
  expect(await lanes.ensure('default', 'work', null)).toMatchObject({ taskType: 'work' })
})

test('a refresh finds the lanes that other replicas made, each once', async () => {
  const store = new MemoryTaskStore(new FakeClock())
  const lanes = new LaneDirectory(store)
  await lanes.ensure('default', 'own', null)
  const theirs = await store.ensureLane('default', 'theirs', null)
  expect([await lanes.refresh(), await lanes.refresh()]).toEqual([1, 0])
  expect(lanes.get(theirs.id)).toEqual(theirs)
  expect(await lanes.ensure('default', 'theirs', null)).toEqual(theirs)
})
