import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Lane } from '../queue/lane.ts'
import { noResources } from '../queue/resources.ts'
import type { ClaimedTask } from '../queue/task-store.ts'
import { ClaimPlanner, type OpenLane } from './claim-planner.ts'

const unlimited = { ofTenant: () => null, ofType: () => null }

function lane(id: number, tenantId = 'a', taskType = 'work', pinnedModuleId: string | null = null): Lane {
  return { id, tenantId, taskType, pinnedModuleId, resources: noResources }
}

function open(slots: number, ...[id, tenantId, taskType, pinned]: Parameters<typeof lane>): OpenLane {
  return { lane: lane(id, tenantId, taskType, pinned), slots }
}

function hold(planner: ClaimPlanner, count: number, { id, tenantId, taskType }: Lane): void {
  for (let task = 0; task < count; task++) planner.started({ laneId: id, tenantId, type: taskType } as ClaimedTask)
}

function planner(
  concurrency = 256,
  limits: ConstructorParameters<typeof ClaimPlanner>[0]['limits'] = unlimited,
  isSingleType = false,
) {
  return new ClaimPlanner({ concurrency, limits, isSingleType: () => isSingleType })
}

describe('a plan', () => {
  test('with one tenant, no limits and room left is the open lanes with their slots: claims pay for nothing else', () => {
    const lanes = [open(5, 1), open(8, 2, 'a', 'other'), open(3, 3, 'a', 'work', 'm')]
    expect(planner().plan(lanes, 200, 0).lanes).toEqual([
      { laneId: 1, slots: 5 },
      { laneId: 2, slots: 8 },
      { laneId: 3, slots: 3 },
    ])
  })

  test('keeps a type within its limit, whatever runs of it and however many lanes it has', () => {
    const limits = { ofTenant: () => null, ofType: (_: string, type: string) => (type === 'work' ? 7 : null) }
    const tight = planner(256, limits)
    hold(tight, 3, lane(1))
    const plan = tight.plan([open(50, 1), open(50, 2, 'a', 'work', 'm'), open(50, 3, 'a', 'other')], 200, 3)
    expect(plan.lanes.map(({ laneId, slots, quotas }) => [laneId, slots, quotas?.type.most])).toEqual([
      [1, 4, 4],
      [2, 4, 4],
      [3, 50, 200],
    ])
    hold(tight, 4, lane(1))
    expect(tight.plan([open(50, 1), open(50, 3, 'a', 'other')], 200, 7).lanes.map(each => each.laneId)).toEqual([3])
  })

  test('keeps a tenant within its limit', () => {
    const limits = { ofTenant: (tenantId: string) => (tenantId === 'a' ? 10 : null), ofType: () => null }
    const tight = planner(256, limits)
    hold(tight, 8, lane(1))
    const plan = tight.plan([open(50, 1), open(50, 2, 'a', 'other')], 200, 8)
    expect(plan.lanes.map(({ slots, quotas }) => [slots, quotas?.tenant.most])).toEqual([
      [2, 2],
      [2, 2],
    ])
  })

  test('gives tenants the same, beginning with whoever holds less, and leaves nothing unused', () => {
    const busy = planner(100)
    hold(busy, 60, lane(1, 'large'))
    const plan = busy.plan([open(1_000, 1, 'large'), open(1_000, 2, 'small'), open(2, 3, 'tiny')], 40, 60)
    const most = Object.fromEntries(plan.lanes.map(({ laneId, slots }) => [laneId, slots]))
    expect(most).toEqual({ 2: expect.any(Number), 3: 2 })
    expect((most[2] ?? 0) + 2).toBeGreaterThanOrEqual(Math.min(40, plan.limit))
  })

  test('keeps the last slots of a replica for types that hold few', () => {
    const crowded = planner(256)
    hold(crowded, 224, lane(1, 'a', 'hanging'))
    const plan = crowded.plan([open(500, 1, 'a', 'hanging'), open(500, 2, 'a', 'quick')], 32, 224)
    expect(plan.lanes).toEqual([{ laneId: 2, slots: 16 }])
  })

  test('lets a replica with a single type use all of its slots', () => {
    const alone = planner(256, unlimited, true)
    hold(alone, 250, lane(1))
    expect(alone.plan([open(500, 1)], 6, 250)).toEqual({ limit: 6, lanes: [{ laneId: 1, slots: 6 }] })
  })
})

const lanes = fc
  .array(
    fc.record({
      tenant: fc.constantFrom('a', 'b', 'c'),
      type: fc.constantFrom('x', 'y'),
      pin: fc.constantFrom(null, 'm'),
      slots: fc.integer({ min: 1, max: 300 }),
      held: fc.integer({ min: 0, max: 40 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map(entries => [...new Map(entries.map(entry => [`${entry.tenant} ${entry.type} ${entry.pin}`, entry])).values()])

test('whatever is open and held: no limit is exceeded, no tenant with open lanes gets nothing while another grows past it', () => {
  fc.assert(
    fc.property(
      lanes,
      fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
      fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
      (entries, tenantLimit, typeLimit) => {
        const concurrency = 256
        const some = planner(concurrency, { ofTenant: () => tenantLimit, ofType: () => typeLimit })
        const all = entries.map((entry, index) => ({
          ...entry,
          lane: lane(index + 1, entry.tenant, entry.type, entry.pin),
        }))
        for (const entry of all) hold(some, entry.held, entry.lane)
        const running = all.reduce((sum, entry) => sum + entry.held, 0)
        const room = concurrency - running
        fc.pre(room > 0)
        const plan = some.plan(all, room, running)
        expect(plan.limit).toBeLessThanOrEqual(room)
        const most = new Map<string, number>()
        for (const { laneId, slots, quotas } of plan.lanes) {
          const { tenant, type } = all[laneId - 1] as (typeof all)[number]
          expect(slots).toBeGreaterThan(0)
          const held = some.held(tenant, type)
          if (typeLimit !== null)
            expect(held.type + Math.min(slots, quotas?.type.most ?? slots)).toBeLessThanOrEqual(typeLimit)
          if (tenantLimit !== null)
            expect(held.tenant + Math.min(slots, quotas?.tenant.most ?? slots)).toBeLessThanOrEqual(tenantLimit)
          most.set(tenant, quotas?.tenant.most ?? slots)
        }
        for (const { tenant, type } of all) {
          const { tenant: held, type: heldOfType } = some.held(tenant, type)
          const isLimited = (tenantLimit ?? Infinity) <= held || (typeLimit ?? Infinity) <= heldOfType
          if (most.has(tenant) || isLimited || plan.lanes.length === 0) continue
          for (const other of most.keys()) expect(some.held(other, type).tenant).toBeLessThanOrEqual(held + 1)
        }
      },
    ),
  )
})
