import type { BalancingStrategy } from './modules.ts'

/** Why a candidate could not be chosen. */
export const exclusionCodes = [
  'module_disabled',
  'module_paused',
  'module_unhealthy',
  'instance_unhealthy',
  'instance_full',
  'instance_draining',
  'version_held_back',
  'breaker_open',
  'pinned_elsewhere',
  'insufficient_resources',
  'over_budget',
  'module_limited',
  'already_failed',
  'no_instance',
] as const
export type ExclusionCode = (typeof exclusionCodes)[number]

/** One instance that was looked at for an attempt, with everything the choice stood on. */
export interface DecisionCandidate {
  moduleId: string
  instanceId: string | null
  /** Score of its module for this type, 0-1; null when it was excluded before scoring. */
  score: number | null
  /** In flight / capacity at the time of the choice. */
  load: number | null
  inFlight: number | null
  capacity: number | null
  /** Learned: share of successes and mean duration of this type on this module, with the evidence behind them. */
  successRate: number | null
  meanMs: number | null
  evidence: number
  costPerHourUsd: number
  /** Null when it could have been chosen. */
  excluded: ExclusionCode | null
}

/** A stored routing decision. */
export interface DecisionView {
  schemaVersion: 1
  moduleId: string | null
  instanceId: string | null
  strategy: BalancingStrategy | null
  /** Probability with which exactly this instance was chosen, for later off-policy evaluation. */
  probability: number
  /** Confidence in the decision, 0-1 (not the probability of success). */
  confidence: number
  /** Modules that would be tried next, in order. */
  fallbacks: string[]
  /** In words, most important first. */
  reasons: string[]
  candidates: DecisionCandidate[]
}
