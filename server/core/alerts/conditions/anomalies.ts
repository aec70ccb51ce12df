import { fleetKey, type RuleContext } from '../alert-memory.ts'
import type { Reading } from '../alert-world.ts'
import { robustDeviation, trendOf } from '../robust-statistics.ts'
import type { UsualValues } from '../series-memory.ts'

/** Scores are whole points: a spread below half a point is none. */
const leastScoreMad = 0.5
/** Of a logarithm: a spread below a tenth of the latency is none. */
const leastLatencyMad = 0.1
/** A p95 that stays under this is no trouble, however unusual. */
const calmMs = 20
const leastCalls = 20
/** Below this agreement of the values a line through them says nothing. */
const leastTau = 0.6
const criticalScore = 70

/** Fleet and modules whose score is far below what it usually is. */
export function healthAnomaly({ world: { health }, memory: { series } }: RuleContext): Reading[] {
  const readings: Reading[] = []
  const usualOfFleet = series.fleet.baseline(fleetKey)
  if (usualOfFleet) {
    const reading = unusualHealth('The fleet', health.score, usualOfFleet)
    readings.push({ subject: 'fleet', href: '/', ...reading })
  }
  for (const { id, name, score, weight } of health.modules.members) {
    const usual = weight > 0 ? series.health.baseline(id) : null
    if (usual === null) continue
    const reading = unusualHealth(name, score, usual)
    readings.push({ subject: `module:${id}`, moduleId: id, href: `/modules/${id}`, ...reading })
  }
  return readings
}

function unusualHealth(name: string, score: number, usual: UsualValues) {
  const value = -robustDeviation(score, usual, leastScoreMad)
  return {
    value,
    title: () => `${name}: health is unusually low`,
    detail: `score ${round(score)}; its median of ${usual.values} min is ${round(usual.median)}, ${round(value)} deviations above`,
    evidence: {
      score: round(score),
      median: round(usual.median),
      mad: round(usual.mad),
      deviations: round(value),
      minutes: usual.values,
    },
  }
}

/** Modules whose calls take far longer than usual. The logarithm makes twice as long as far as half as long. */
export function latencyAnomaly({ world: { modules, latency }, memory: { series } }: RuleContext): Reading[] {
  return modules.flatMap(({ id, name, enabled }): Reading[] => {
    const { calls, p50Ms, p95Ms } = latency(id)
    const usual = series.latency.baseline(id)
    if (!enabled || usual === null || p95Ms === null || p95Ms < calmMs || calls < leastCalls) return []
    const value = robustDeviation(Math.log(p95Ms), usual, leastLatencyMad)
    const usualMs = Math.exp(usual.median)
    return [
      {
        subject: `module:${id}`,
        moduleId: id,
        value,
        title: () => `${name}: calls take unusually long`,
        detail: `p95 ${Math.round(p95Ms)} ms over 5 min; its median of ${usual.values} min is ${Math.round(usualMs)} ms`,
        href: `/modules/${id}`,
        evidence: {
          p95Ms: Math.round(p95Ms),
          p50Ms,
          usualP95Ms: Math.round(usualMs),
          calls,
          deviations: round(value),
          minutes: usual.values,
        },
      },
    ]
  })
}

/** The fleet's score on its way down to critical. */
export function healthTrend({ world: { health }, memory: { series } }: RuleContext): Reading[] {
  const values = series.fleet.values(fleetKey)
  if (values === null || health.score <= criticalScore) return []
  const { slope, tau } = trendOf(values)
  if (slope >= 0 || tau > -leastTau) return []
  const minutes = (criticalScore - health.score) / slope
  return [
    {
      subject: 'fleet',
      value: minutes,
      title: () => 'The health of the fleet is falling',
      detail: `${round(-slope * 60)} points an hour; at this rate critical (${criticalScore}) in ${Math.round(minutes)} min`,
      href: '/',
      evidence: {
        score: round(health.score),
        pointsPerHour: round(slope * 60),
        kendallTau: round(tau),
        minutes: values.length,
      },
    },
  ]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
