import { type HealthBand, type HealthMember, healthBands } from '../../contracts/health.ts'
import type { HealthState } from '../../contracts/modules.ts'

/** How much of the overall score the systems make up when there are systems and modules. */
const systemsShare = 0.6

/** One decimal: the form in which every score is compared and shown, so that a score and its band always agree. */
export function roundScore(score: number): number {
  return Math.round(Math.min(100, Math.max(0, score)) * 10) / 10
}

/** State of one instance, module or system: healthy from 90, degraded from 70, unhealthy below. */
export function stateOf(score: number): HealthState {
  if (score >= 90) return 'healthy'
  return score >= 70 ? 'degraded' : 'unhealthy'
}

/** Band of an overall or member score: healthy from 90, degraded from 70, critical from 50, emergency below. */
export function bandOf(score: number): HealthBand {
  if (score >= 90) return 'healthy'
  if (score >= 70) return 'degraded'
  return score >= 50 ? 'critical' : 'emergency'
}

/** Mean of scores by weight; null when nothing has weight. */
export function weightedMean(members: Iterable<{ score: number; weight: number }>): number | null {
  let sum = 0
  let weight = 0
  for (const member of members) {
    sum += member.score * member.weight
    weight += member.weight
  }
  return weight > 0 ? sum / weight : null
}

/**
 * 60 % systems and 40 % modules; a side that is null leaves its weight to the other. Nothing known is nothing wrong: 100.
 */
export function overallScore(systems: number | null, modules: number | null): number {
  if (systems === null) return roundScore(modules ?? 100)
  return roundScore(modules === null ? systems : systemsShare * systems + (1 - systemsShare) * modules)
}

/** How many members that count (weight above 0) are in each band of their own score. */
export function breakdownOf(members: readonly HealthMember[]): Record<HealthBand, number> {
  const breakdown = Object.fromEntries(healthBands.map(band => [band, 0])) as Record<HealthBand, number>
  for (const member of members) if (member.weight > 0) breakdown[bandOf(member.score)] += 1
  return breakdown
}

/** Members that count and are strictly below the threshold, worst first, then by name. */
export function belowThreshold(members: readonly HealthMember[], threshold: number): HealthMember[] {
  return members
    .filter(member => member.weight > 0 && member.score < threshold)
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
}
