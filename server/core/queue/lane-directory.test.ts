import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import type { Lane, LanePurpose } from './lane.ts'
import { LaneDirectory } from './lane-directory.ts'

/** A memory store that counts how often lanes are asked for, and can be away. */
class CountingStore extends MemoryTaskStore {
  asked = 0
  isAway = false

  override async ensureLane(purpose: LanePurpose): Promise<Lane> {
    this.asked++
    if (this.isAway) throw new Error('away')
    return super.ensureLane(purpose)
  }
}

test('many who need a new lane at once ask the store once and get the same lane', async () => {
  const store = new CountingStore(new FakeClock())
  const lanes = new LaneDirectory(store)
  const found = await Promise.all(
    Array.from({ length: 20 }, () => lanes.ensure({ tenantId: 'default', taskType: 'work' })),
  )
  expect(store.asked).toBe(1)
  expect(new Set(found).size).toBe(1)
  expect(lanes.get(found[0]?.id ?? 0)).toBe(found[0])
})

test('tenant, type and pinned module each make a lane of their own', async () => {
  const lanes = new LaneDirectory(new MemoryTaskStore(new FakeClock()))
  await lanes.ensure({ tenantId: 'default', taskType: 'work' })
  await lanes.ensure({ tenantId: 'default', taskType: 'work', pinnedModuleId: 'module-a' })
  await lanes.ensure({ tenantId: 'default', taskType: 'other' })
  await lanes.ensure({ tenantId: 'another', taskType: 'work' })
  expect(new Set([...lanes.all()].map(lane => lane.id)).size).toBe(4)
})

test('what a call needs makes a lane of its own, of which a type has no more than 64 sizes', async () => {
  const lanes = new LaneDirectory(new MemoryTaskStore(new FakeClock()))
  const purpose = { tenantId: 'default', taskType: 'work' }
  await lanes.ensure(purpose)
  for (let size = 1; size < 64; size++) await lanes.ensure({ ...purpose, resources: { cpu: size, memoryMb: 0 } })
  const oneMore = { ...purpose, resources: { cpu: 0, memoryMb: 64 } }
  await expect(lanes.ensure(oneMore)).rejects.toMatchObject({ code: 'RESOURCE_SIZES_EXCEEDED' })
  expect(await lanes.ensure({ ...purpose, pinnedModuleId: 'm', resources: { cpu: 3, memoryMb: 0 } })).toMatchObject({
    pinnedModuleId: 'm',
  })
  expect(await lanes.ensure({ ...oneMore, taskType: 'other' })).toMatchObject({ taskType: 'other' })
})

test('a lane that could not be made is asked for again by the next who needs it', async () => {
  const store = new CountingStore(new FakeClock())
  const lanes = new LaneDirectory(store)
  store.isAway = true
  await expect(lanes.ensure({ tenantId: 'default', taskType: 'work' })).rejects.toThrow('away')
  store.isAway = false
  expect(await lanes.ensure({ tenantId: 'default', taskType: 'work' })).toMatchObject({ taskType: 'work' })
})

test('a refresh finds the lanes that other replicas made, each once', async () => {
  const store = new MemoryTaskStore(new FakeClock())
  const lanes = new LaneDirectory(store)
  await lanes.ensure({ tenantId: 'default', taskType: 'own' })
  const theirs = await store.ensureLane({ tenantId: 'default', taskType: 'theirs' })
  expect([await lanes.refresh(), await lanes.refresh()]).toEqual([1, 0])
  expect(lanes.get(theirs.id)).toEqual(theirs)
  expect(await lanes.ensure({ tenantId: 'default', taskType: 'theirs' })).toEqual(theirs)
})
