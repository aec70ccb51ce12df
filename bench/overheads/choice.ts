import { createBreakerBoard } from '#server/breakers/create-breaker-board.ts'
import { type BalancingStrategy, balancingStrategies } from '#server/contracts/modules.ts'
import { InstancePool, type PoolResources } from '#server/core/balancing/instance-pool.ts'
import { createLoadTable } from '#server/core/balancing/load-table.ts'
import { fixedExploration } from '#server/core/brain/exploration.ts'
import { ServiceRecords } from '#server/core/brain/service-records.ts'
import { noPauses } from '#server/core/queue/pause-board.ts'
import type { ModuleRecord } from '#server/core/registry/module-record.ts'
import { createTaskRouter } from '#server/core/routing/fleet-router.ts'
import type { RouteRequest } from '#server/core/routing/task-router.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { buildModules, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import type { OverheadMeasurement } from './breaker.ts'

const warmUpCalls = 50_000
const measuredCalls = 200_000
/** Looked at again as often as the router does for fleets of this size. */
const lookIntervalMs = 50

const clock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
const request: RouteRequest = {
  tenantId: 'default',
  taskType: 'work',
  pinnedModuleId: null,
  complexity: 1,
  resources: { cpu: 0, memoryMb: 0 },
  budgetLeftUsd: null,
  failedModuleIds: [],
}

/**
 * What routing costs a task: the choice among 1,000 instances by each strategy (a tenth of them full, a twentieth with an
 * open breaker), whole decisions with their stored candidates and reasons, the count of free slots, and learning.
 */
export async function measureChoice(): Promise<OverheadMeasurement[]> {
  return [
    ...balancingStrategies.map(measureStrategy),
    ...measureRouter('3 modules x 2 instances', buildModules(3, 2)),
    ...measureRouter('5 modules x 200 instances', buildModules(5, 200)),
    measureLearning(),
  ]
}

function measureStrategy(strategy: BalancingStrategy): OverheadMeasurement {
  const [module] = buildModules(1, 1_000, { strategy })
  if (!module) throw new Error('no module was built')
  const resources = buildResources([module])
  const pool = new InstancePool(module, resources)
  return measureEach(`choice, ${strategy}, 1,000 instances`, () => {
    const now = clock.now()
    pool.refresh(now, lookIntervalMs)
    const choice = pool.choose(now)
    if (!choice) throw new Error('nothing could be chosen')
    const slot = pool.take(choice)
    return () => slot.release({ ok: true, durationMs: 5 })
  })
}

function measureRouter(name: string, modules: readonly ModuleRecord[]): OverheadMeasurement[] {
  const records = emptyRecords()
  const catalog = new FakeFleet(...modules)
  const router = createTaskRouter({
    ...buildResources(modules),
    catalog,
    records,
    exploration: fixedExploration(),
    wishes: { pinOf: () => null, goalOf: () => 'balanced' },
    isCostBased: () => false,
    pauses: noPauses,
  })
  for (const [place, { id }] of modules.entries()) {
    for (let call = 0; call < 100; call += 1) {
      const ok = call % 10 !== place
      records.learn({ ...request, moduleId: id, ok, durationMs: 50 * (place + 1), errorCode: ok ? null : 'HTTP_500' })
    }
  }
  return [
    measureEach(`route with its decision, ${name}`, () => {
      const result = router.route(request)
      if (result.kind === 'unroutable') throw new Error('nothing could be chosen')
      return () => result.slot.release({ ok: true, durationMs: 5 })
    }),
    measureEach(`free slots, ${name}`, () => {
      router.freeSlots(request)
      return nothing
    }),
  ]
}

function measureLearning(): OverheadMeasurement {
  const records = emptyRecords()
  let calls = 0
  return measureEach('learn from an outcome', () => {
    const ok = ++calls % 10 !== 0
    records.learn({ ...request, moduleId: 'm0', ok, durationMs: 5, errorCode: ok ? null : 'HTTP_500' })
    return nothing
  })
}

/** The boards of a replica in which, with many instances, some are full and some have an open breaker. */
function buildResources(modules: readonly ModuleRecord[]): PoolResources {
  const breakers = createBreakerBoard({ clock, logger: silentLogger })
  const load = createLoadTable({ clock })
  for (const module of modules) {
    for (const [index, instance] of module.instances.entries()) {
      const key = { tenantId: 'default', moduleId: module.id, instanceId: instance.id }
      breakers.configure(key, module.breaker, { moduleName: module.name, endpoint: instance.endpoint })
      const busy = index % 10 === 3 ? instance.capacity : index % 5
      for (let call = 0; call < busy; call += 1) load.acquire(key)
      if (index % 20 !== 7) continue
      breakers.force(key, { state: 'open', by: 'bench', reason: 'bench', at: clock.now(), expiresAt: null })
    }
  }
  return {
    load,
    breakers,
    health: new FakeFleet().health,
    clock,
    random: createSeededRandom(1),
    moduleLimit: () => null,
  }
}

function emptyRecords(): ServiceRecords {
  const store = {
    loadAll: async () => [],
    loadChanged: async () => ({ records: [], latestAt: null }),
    add: async () => [],
  }
  return new ServiceRecords({ store, clock, logger: silentLogger })
}

function nothing(): void {}

/** Times each call by itself; what it returns is run outside the time taken. */
function measureEach(name: string, call: () => () => void): OverheadMeasurement {
  for (let index = 0; index < warmUpCalls; index += 1) call()()
  const durationsUs = new Float64Array(measuredCalls)
  for (let index = 0; index < measuredCalls; index += 1) {
    const startedAt = performance.now()
    const finish = call()
    durationsUs[index] = (performance.now() - startedAt) * 1_000
    finish()
  }
  durationsUs.sort()
  return { name, medianUs: percentile(durationsUs, 0.5), p99Us: percentile(durationsUs, 0.99) }
}

function percentile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.ceil(sorted.length * fraction) - 1] ?? Number.NaN
  return Math.round(value * 100) / 100
}

if (import.meta.main) console.log(JSON.stringify(await measureChoice(), null, 2))
