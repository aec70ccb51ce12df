import { AlertStage, calmWorld } from '#server/core/alerts/testing/alert-stage.ts'
import { breakerView, healthMember, healthSummary, moduleSummary } from '#server/core/overview/testing/views.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import type { OverheadMeasurement } from './breaker.ts'

const moduleCount = 1_000
const instanceCount = 2
const lookEveryMs = 2_000
/** One a minute, after which every series that rules compare with is full. */
const warmUpLooks = 70
const measuredLooks = 100
const startMs = Date.UTC(2026, 10, 21, 12)
const ids = Array.from({ length: moduleCount }, (_, index) => `m${index}`)

/**
 * What one evaluation of all alert rules costs with 1,000 modules of two instances whose latency and health move as they do in life;
 * while all is well, and while one module in twenty is down with its breakers open. It is made every two seconds, on one replica.
 */
export function measureAlerts(): OverheadMeasurement[] {
  return [
    measure('evaluation of all alert rules, 1,000 modules', () => false),
    measure('evaluation of all alert rules, 1,000 modules, 50 down', index => index % 20 === 0),
  ]
}

function measure(name: string, isDown: (index: number) => boolean): OverheadMeasurement {
  const random = createSeededRandom(7)
  const stage = new AlertStage()
  const durationsUs = new Float64Array(measuredLooks)
  let nowMs = startMs
  for (let look = 0; look < warmUpLooks + measuredLooks; look += 1) {
    const isWarm = look >= warmUpLooks
    nowMs += isWarm ? lookEveryMs : 60_000
    const world = worldAt(nowMs, random, isDown)
    const startedAt = performance.now()
    stage.look(world)
    if (isWarm) durationsUs[look - warmUpLooks] = (performance.now() - startedAt) * 1_000
  }
  durationsUs.sort()
  return { name, medianUs: percentile(durationsUs, 0.5), p99Us: percentile(durationsUs, 0.99) }
}

function worldAt(nowMs: number, random: () => number, isDown: (index: number) => boolean) {
  const modules = ids.map((id, index) =>
    moduleSummary({
      id,
      name: id,
      health: isDown(index) ? 'unhealthy' : 'healthy',
      healthScore: isDown(index) ? 0 : 100,
    }),
  )
  const members = ids.map((id, index) =>
    healthMember({ id, score: isDown(index) ? 0 : 95 + 5 * random(), state: isDown(index) ? 'unhealthy' : 'healthy' }),
  )
  const breakers = ids.flatMap((moduleId, index) =>
    Array.from({ length: instanceCount }, (_, instance) =>
      breakerView({
        moduleId,
        instanceId: `${moduleId}-${instance}`,
        ...(isDown(index) && {
          state: 'open' as const,
          since: new Date(startMs).toISOString(),
          nextProbeAt: new Date(nowMs + 30_000).toISOString(),
        }),
      }),
    ),
  )
  const latencies = new Map(ids.map(id => [id, { calls: 100, p50Ms: 20 + 5 * random(), p95Ms: 80 + 20 * random() }]))
  return calmWorld({
    nowMs,
    modules,
    breakers,
    health: healthSummary({ score: 97, modules: { score: 97, members } }),
    latency: id => latencies.get(id) ?? { calls: 0, p50Ms: null, p95Ms: null },
  })
}

function percentile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.ceil(sorted.length * fraction) - 1] ?? Number.NaN
  return Math.round(value * 100) / 100
}

if (import.meta.main) console.log(JSON.stringify(measureAlerts(), null, 2))
