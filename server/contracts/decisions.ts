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

/**
 * What decided which service takes a call: the best score; the price among those as good; an operator's pin of the type; the
 * task's own pin; or, after another service had failed it under the same lease, what is left.
 */
export const routingRules = ['score', 'cost', 'type_pin', 'task_pin', 'fallback'] as const
export type RoutingRule = (typeof routingRules)[number]

/** How the service was chosen, before any of its instances. */
export interface ServiceChoice {
  rule: RoutingRule
  /** Whether it was taken to learn of it, instead of the one that the rule names. */
  isExplored: boolean
  /** Of this service; that of one instance is below it when there are several. */
  probability: number
  /** Services that could have taken the call, itself included. */
  options: number
  /** Expected share of successes, 0-1. */
  expectedSuccess: number
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
  /** Null when nothing could be chosen; absent on decisions stored by earlier versions. */
  choice?: ServiceChoice | null
  /** Modules that would be tried next, in order. */
  fallbacks: string[]
  /** In words, most important first. */
  reasons: string[]
  candidates: DecisionCandidate[]
}
