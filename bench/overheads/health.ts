import { HealthMonitor } from '#server/core/health/health-monitor.ts'
import { FakeDriver } from '#server/core/health/testing/fake-driver.ts'
import { MemoryHealthStore } from '#server/core/health/testing/memory-health-store.ts'
import { MemoryCatalog } from '#server/core/registry/module-catalog.ts'
import { instanceRecord, moduleRecord } from '#server/core/registry/testing/builders.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import type { OverheadMeasurement } from './breaker.ts'

const tenantId = 'default'
const moduleCount = 1_000
const instanceCount = 2
const warmUpUpdates = 50_000
const measuredUpdates = 200_000
const measuredSummaries = 2_000

/**
 * What watching the health of 1,000 modules of two instances costs: a call taken in, when it goes as the ones before and
 * when one in three fails, so that scores move; and the whole summary with its 1,000 members, made when somebody looks.
 */
export async function measureHealth(): Promise<OverheadMeasurement[]> {
  const random = createSeededRandom(7)
  const targets = Array.from({ length: measuredUpdates }, () => ({
    module: Math.floor(random() * moduleCount),
    instance: Math.floor(random() * instanceCount),
    fails: random() < 1 / 3,
  }))
  const { monitor, clock } = await openFleet()
  const update = (index: number, isMixed: boolean): void => {
    const { module, instance, fails } = targets[index % measuredUpdates]!
    const ok = !(isMixed && fails)
    monitor.observeCall(tenantId, `m${module}`, instanceIds[module]![instance]!, { ok, durationMs: 20 })
  }
  const results = [
    measure('health update, 1,000 modules', measuredUpdates, index => update(index, false)),
    measure('health update, 1,000 modules, a third failing', measuredUpdates, index => update(index, true)),
    measure('health summary, 1,000 modules', measuredSummaries, () => monitor.summary(tenantId)),
  ]
  await monitor.stop()
  await clock.advance(0)
  return results
}

const instanceIds = Array.from({ length: moduleCount }, (_, module) =>
  Array.from({ length: instanceCount }, (_each, instance) => instanceRecord(endpointOf(module, instance)).id),
)

async function openFleet(): Promise<{ monitor: HealthMonitor; clock: FakeClock }> {
  const clock = new FakeClock()
  const catalog = new MemoryCatalog(silentLogger)
  for (let module = 0; module < moduleCount; module += 1) {
    const instances = Array.from({ length: instanceCount }, (_, instance) =>
      instanceRecord(endpointOf(module, instance)),
    )
    catalog.apply(tenantId, `m${module}`, moduleRecord(`m${module}`, { instances }))
  }
  const monitor = new HealthMonitor({
    catalog,
    drivers: { http: new FakeDriver() },
    store: new MemoryHealthStore(),
    events: { publish: () => ({ withdraw: () => null }) },
    clock,
    random: createSeededRandom(1),
    logger: silentLogger,
  })
  await monitor.start()
  await Promise.all(instanceIds.map((_, module) => monitor.checkNow(tenantId, `m${module}`)))
  return { monitor, clock }
}

function endpointOf(module: number, instance: number): string {
  return `http://10.0.${instance}.1/m${module}`
}

function measure(name: string, count: number, work: (index: number) => void): OverheadMeasurement {
  for (let index = 0; index < Math.min(count, warmUpUpdates); index += 1) work(index)
  const durationsUs = new Float64Array(count)
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now()
    work(index)
    durationsUs[index] = (performance.now() - startedAt) * 1_000
  }
  durationsUs.sort()
  return { name, medianUs: percentile(durationsUs, 0.5), p99Us: percentile(durationsUs, 0.99) }
}

function percentile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.ceil(sorted.length * fraction) - 1] ?? Number.NaN
  return Math.round(value * 100) / 100
}

if (import.meta.main) console.log(JSON.stringify(await measureHealth(), null, 2))
