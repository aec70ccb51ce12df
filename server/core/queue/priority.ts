import { type PriorityAlias, priorityAliases } from '../../contracts/tasks.ts'
import type { TypeRetryPolicies } from './retry-policy.ts'
import type { QueuePlace } from './task-store.ts'

/** Priority by task type for submissions that name none; anything else is 5. Source: seeds 000 and 002. */
const defaultPriorities: Readonly<Record<string, number>> = {
  critical_alert: 1,
  emergency: 1,
  deployment: 2,
  payment: 2,
  sale: 2,
  proposal: 2,
  quote: 2,
  pricing: 2,
  health_check: 3,
  estimate: 3,
  customer_onboarding: 3,
  monitoring: 5,
  data_sync: 5,
  analysis: 5,
  analytics: 7,
  reporting: 7,
  maintenance: 10,
  cleanup: 10,
}

/** Score multipliers by task type; anything else is 1. Source: seed 001. */
const defaultMultipliers: Readonly<Record<string, number>> = {
  fraud_detection: 1.5,
  finance: 1.5,
  crypto_prediction: 1.2,
  video_generation: 0.8,
}

const otherPriority = 5

/** How a tenant's queue is run; edited by operators. */
export interface QueuePolicy {
  /** Priority number by task type, for submissions that name none. */
  priorities: Readonly<Record<string, number>>
  /** Score multiplier by task type. */
  multipliers: Readonly<Record<string, number>>
  /** Calls in flight at most, over all replicas: by task type, by module, and of the whole tenant (null: no limit). */
  typeLimits: Readonly<Record<string, number>>
  moduleLimits: Readonly<Record<string, number>>
  tenantLimit: number | null
  /** Tasks of a type that may wait or run at most. */
  typeCaps: Readonly<Record<string, number>>
  /** How tasks of a type are tried again; types without an entry go by the policies of their modules. */
  retries: TypeRetryPolicies
}

export const defaultQueuePolicy: QueuePolicy = {
  priorities: defaultPriorities,
  multipliers: defaultMultipliers,
  typeLimits: {},
  moduleLimits: {},
  tenantLimit: null,
  typeCaps: {},
  retries: {},
}

/** The priority number of a submission: what it names (number or alias), else the default of its type. */
export function priorityOf(
  policy: Pick<QueuePolicy, 'priorities'>,
  type: string,
  asked: number | PriorityAlias | undefined,
): number {
  if (typeof asked === 'number') return asked
  if (asked !== undefined) return priorityAliases[asked]
  return entryOf(policy.priorities, type) ?? otherPriority
}

/** Level of a priority number: 1 -> 4, 2 -> 3, 3-5 -> 2, 6-10 -> 1. Source: seed 001. */
export function levelOf(priority: number): number {
  if (priority <= 1) return 4
  if (priority === 2) return 3
  return priority <= 5 ? 2 : 1
}

/** score = level × type multiplier: finance critical 6.0, fraud high 4.5, video high 2.4, email normal 2.0. */
export function scoreOf(policy: Pick<QueuePolicy, 'multipliers'>, type: string, priority: number): number {
  return levelOf(priority) * (entryOf(policy.multipliers, type) ?? 1)
}

/** Own entries only: a task type may be named `constructor`. */
function entryOf(map: Readonly<Record<string, number>>, type: string): number | undefined {
  return Object.hasOwn(map, type) ? map[type] : undefined
}

/** Ranks are whole seconds. */
const stepMs = 1_000
/** One point of score is worth five minutes of waiting. */
const stepsPerPoint = 300

/**
 * The number that orders the queue, lowest first, fixed when the task is accepted:
 * `floor(acceptedAt / step) - round(score × stepsPerPoint)`. A task is overtaken by later ones of a higher score only while
 * they come within 300 s per point of difference; so with the default multipliers the lowest class (0.8) waits behind the highest
 * (6.0) for 26 minutes of arrivals at most, and with any that the policy allows (0.1 to 10, so scores of 0.1 to 40) for 199.5
 * minutes. That is the ageing: nothing is ever updated for it. Ties go by priority number, deadline and id.
 */
export function rankOf(acceptedAtMs: number, score: number): number {
  return Math.floor(acceptedAtMs / stepMs) - Math.round(score * stepsPerPoint)
}

/** The one order over all queues: rank, then priority number, deadline and id. */
export function comparePlaces(a: QueuePlace, b: QueuePlace): number {
  return (
    a.rank - b.rank ||
    a.priority - b.priority ||
    compareDeadlines(a.deadline, b.deadline) ||
    (a.id < b.id ? -1 : a.id === b.id ? 0 : 1)
  )
}

/** No deadline comes last. */
function compareDeadlines(a: number | null, b: number | null): number {
  if (a === b) return 0
  return (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY)
}
