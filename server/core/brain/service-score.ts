import type { ServiceGoal } from '../../contracts/learning.ts'
import type { Evidence } from './service-record.ts'

/** How much each part weighs in a score; they sum to 1. */
export interface ScoreWeights {
  success: number
  speed: number
  preference: number
  cost: number
}

/** The weights of each goal. A goal takes about half of a score, and leaves success enough that what fails never wins. */
export const scoreWeights: Readonly<Record<ServiceGoal, ScoreWeights>> = {
  balanced: { success: 0.55, speed: 0.2, preference: 0.15, cost: 0.1 },
  speed: { success: 0.35, speed: 0.45, preference: 0.15, cost: 0.05 },
  cost: { success: 0.35, speed: 0.05, preference: 0.15, cost: 0.45 },
  quality: { success: 0.82, speed: 0.02, preference: 0.15, cost: 0.01 },
}

/** Evidence that weighs as much as what is assumed of a service nobody has seen work. */
const assumedOutcomes = 4
const assumedSuccess = 0.7
const assumedSpeed = 0.5
/** Assumed of a service without history, for its cost, when no rival has any either. */
const assumedMs = 1_000
/** Cost of one task in USD below which differences do not matter. */
const negligibleUsd = 0.000_001
const msPerHour = 3_600_000
const mostPreference = 100

export interface ScoredService {
  evidence: Evidence
  costPerHourUsd: number
  /** -100 to 100. */
  preference: number
}

/** The best of a type's enabled services, which each is compared with. */
export interface ScoreReference {
  /** Lowest mean duration in ms; null when none has history. */
  fastestMs: number | null
  /** Lowest cost of a task in USD. */
  cheapestUsd: number
}

/** Finds what the services of one type are compared with. */
export function referenceOf(services: Iterable<ScoredService>): ScoreReference {
  let fastestMs: number | null = null
  for (const { evidence } of services) {
    if (evidence.meanMs !== null && (fastestMs === null || evidence.meanMs < fastestMs)) fastestMs = evidence.meanMs
  }
  let cheapestUsd = Number.POSITIVE_INFINITY
  for (const service of services) cheapestUsd = Math.min(cheapestUsd, costOfTask(service, fastestMs))
  return { fastestMs, cheapestUsd }
}

/** Expected share of successes: the mean of a Beta posterior whose prior is worth 4 outcomes at 70 %. */
export function expectedSuccess(evidence: Evidence): number {
  const outcomes = evidence.successes + evidence.failures
  return (evidence.successes + assumedOutcomes * assumedSuccess) / (outcomes + assumedOutcomes)
}

/**
 * Rank of a service among those of its type, 0-1, the same for the same evidence:
 *
 *     0.55 × success + 0.20 × speed + 0.15 × preference + 0.10 × cost        with other weights for other goals
 *
 * success: (s + 2.8) / (n + 4). speed: (s × fastest / own mean + 2) / (s + 4), so the fastest tends to 1 as evidence grows.
 * preference: (p + 100) / 200. cost: cheapest / own cost of a task, in mean duration × hourly cost, both + $0.000001.
 */
export function serviceScore(
  service: ScoredService,
  reference: ScoreReference,
  weights: ScoreWeights = scoreWeights.balanced,
): number {
  return (
    weights.success * expectedSuccess(service.evidence) +
    weights.speed * expectedSpeed(service.evidence, reference.fastestMs) +
    weights.preference * ((service.preference + mostPreference) / (2 * mostPreference)) +
    weights.cost *
      ((reference.cheapestUsd + negligibleUsd) / (costOfTask(service, reference.fastestMs) + negligibleUsd))
  )
}

function expectedSpeed(evidence: Evidence, fastestMs: number | null): number {
  if (evidence.meanMs === null || fastestMs === null) return assumedSpeed
  const relative = evidence.meanMs <= fastestMs ? 1 : fastestMs / evidence.meanMs
  return (evidence.successes * relative + assumedOutcomes * assumedSpeed) / (evidence.successes + assumedOutcomes)
}

function costOfTask(service: ScoredService, fastestMs: number | null): number {
  return (service.costPerHourUsd * (service.evidence.meanMs ?? fastestMs ?? assumedMs)) / msPerHour
}
