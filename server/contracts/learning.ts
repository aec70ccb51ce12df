import { z } from 'zod'
import { moduleIdSchema, taskTypeSchema, timestampSchema } from './common.ts'
import type { DecisionView, RoutingRule } from './decisions.ts'
import { neededResourcesSchema } from './resource-schemas.ts'
import type { Resources } from './resources.ts'
import { prioritySchema } from './tasks.ts'

const prioritizedTask = {
  taskType: taskTypeSchema,
  priority: prioritySchema.optional(),
}

/** A task as the brain is asked about it, before it is submitted. */
export const decideInput = z.strictObject({
  ...prioritizedTask,
  /** Only this module will do. */
  moduleId: moduleIdSchema.optional(),
  resources: neededResourcesSchema.optional(),
  estimatedComplexity: z.number().min(0.01).max(1_000).default(1),
  costBudgetUsd: z.number().min(0).max(1_000_000).optional(),
})
export type DecideInput = z.output<typeof decideInput>

/** What would be done with a task now, by what the dispatcher goes by; nothing is sent and nothing taken. */
export interface BrainDecision {
  taskType: string
  /** The service; null when nothing can take it now. */
  moduleId: string | null
  instanceId: string | null
  priority: TaskUrgency
  /** What the task needs, and what the service offers to each call; null when none was chosen. */
  resources: { needed: Resources; offered: Resources | null }
  /** In the choice, 0-1; not the probability of success. */
  confidence: number
  /** Share of calls expected to succeed, 0-1, time and price of a call; null when no service was chosen. */
  expectedSuccess: number | null
  expectedMs: number | null
  expectedCostUsd: number | null
  reasons: string[]
  /** With all candidates, as it would be stored. */
  decision: DecisionView
}

export interface TaskUrgency {
  /** 1 (first) to 10. */
  number: number
  /** 1 to 4; 4 is critical. */
  level: number
  /** Level × the multiplier of the type: higher goes first. */
  score: number
}

export const prioritizeInput = z.strictObject({
  tasks: z
    .array(
      z.strictObject({
        ...prioritizedTask,
        /** The caller's own name for it. */
        ref: z.string().min(1).max(100).optional(),
        deadline: timestampSchema.optional(),
      }),
    )
    .min(1)
    .max(200),
})
export type PrioritizeInput = z.output<typeof prioritizeInput>

/** One task in the order in which tasks submitted together would be claimed. */
export interface PrioritizedTask {
  /** Its place in what was sent. */
  index: number
  ref: string | null
  taskType: string
  priority: TaskUrgency
  reasons: string[]
}

/** How a call ended that somebody made elsewhere. */
export const learnInput = z
  .strictObject({
    taskType: taskTypeSchema,
    moduleId: moduleIdSchema,
    outcome: z.enum(['succeeded', 'failed']),
    durationMs: z.number().min(0).max(86_400_000),
    errorCode: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 visible characters without spaces')
      .optional(),
    /** The same outcome under the same key counts once, for 7 days. */
    idempotencyKey: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible characters without spaces'),
  })
  .refine(({ outcome, errorCode }) => outcome === 'failed' || errorCode === undefined, {
    message: 'is for failures only',
    path: ['errorCode'],
  })
export type LearnInput = z.output<typeof learnInput>

export interface LearnReceipt {
  /** It was reported before under this key, and counts once. */
  deduplicated: boolean
  /** What is known of the service with it. */
  service: ServiceStanding
}

/** What is known of one service (a module for one task type), by decayed outcomes. */
export interface ServiceStanding {
  taskType: string
  moduleId: string
  /** Outcomes behind it, older ones counting less; 0 without history. */
  outcomes: number
  successRate: number | null
  expectedSuccess: number
  confidence: number
  /** Of successful calls. */
  meanMs: number | null
  /** Of a call, at the mean duration. */
  meanCostUsd: number | null
  /** The most frequent first; shares sum to 1. */
  errors: { code: string; share: number }[]
}

export interface TrendPoint {
  /** Beginning of the slice. */
  at: string
  calls: number
  failures: number
  /** Of successful calls; null without any. */
  meanMs: number | null
}

/** `unknown`: too few calls in one of the halves to tell. */
export type TrendVerdict = 'better' | 'steady' | 'worse' | 'unknown'

/** A service's standing with its rank among those of its type and how its calls went lately. */
export interface ServicePerformance extends ServiceStanding {
  /** Null when the module is disabled or gone. */
  score: number | null
  isEnabled: boolean
  isPinned: boolean
  /** What the services of its type are compared by. */
  goal: ServiceGoal
  costPerHourUsd: number | null
  /** Twelve slices of the calls that were looked at, oldest first; empty without any. */
  trend: TrendPoint[]
  /** The later half of those calls against the earlier one: significant at 5 %. */
  successTrend: TrendVerdict
  speedTrend: TrendVerdict
}

export const performanceInput = z
  .strictObject({ taskType: taskTypeSchema.optional(), windowHours: z.number().int().min(1).max(720).default(24) })
  .prefault({})
export type PerformanceInput = z.output<typeof performanceInput>

export interface PerformanceView {
  /** By type, then by score. */
  services: ServicePerformance[]
  /** Calls that the trends stand on, the newest of the window, and the moment of the oldest of them. */
  calls: number
  since: string | null
}

/** What a type's services are compared by most: `quality` is the share of successes. */
export const serviceGoals = ['balanced', 'speed', 'cost', 'quality'] as const
export type ServiceGoal = (typeof serviceGoals)[number]

/** How services are chosen beside their scores; the whole of it. `version` is the one the edit was made on. */
export const setChoicePolicyInput = z.strictObject({
  version: z.number().int().min(0),
  /** Share of decisions that try another service than the best; 0 turns it off. */
  explorationRate: z.number().min(0).max(0.1),
  /** Which module gets the calls of a type as long as it can take them, whatever the scores say. */
  pins: z
    .record(taskTypeSchema, moduleIdSchema)
    .refine(pins => Object.keys(pins).length <= 200, 'must be at most 200 types'),
  /** Types without an entry are `balanced`. */
  goals: z
    .record(taskTypeSchema, z.enum(serviceGoals))
    .refine(goals => Object.keys(goals).length <= 200, 'must be at most 200 types'),
})
export type SetChoicePolicy = z.output<typeof setChoicePolicyInput>
export type ChoicePolicyView = SetChoicePolicy

export const regretInput = z
  .strictObject({ windowHours: z.number().int().min(1).max(720).default(24), taskType: taskTypeSchema.optional() })
  .prefault({})
export type RegretInput = z.output<typeof regretInput>

export const regretMetrics = ['success', 'time', 'cost'] as const
/** Share of calls that succeed; ms of a call; USD of a call. */
export type RegretMetric = (typeof regretMetrics)[number]

/** An estimate with its 95 % interval. */
export interface Estimate {
  value: number
  low: number
  high: number
}

/** What one alternative would have come to instead of what the rule did, in one metric; positive is what the rule costs. */
export interface RegretEstimate {
  /** The service that always doing would have been best; null when the best was chosen anew for every call. */
  moduleId: string | null
  /** What the rule came to on the calls compared, and what the alternative is estimated at. */
  actual: number
  alternative: Estimate
  regret: Estimate
  /** Calls compared, and how many calls of equal weight they tell as much about the alternative as. */
  calls: number
  effectiveCalls: number
}

/** Why nothing is claimed. */
export type RegretGap =
  /** No call left the rule a choice that could have gone otherwise: one service only, a pin, or exploration turned off. */
  { reason: 'no_choice' } | { reason: 'too_few'; effectiveCalls: number; needed: number }

export type RegretAnswer = { kind: 'estimated'; estimate: RegretEstimate } | ({ kind: 'unknown' } & RegretGap)

/** What one rule costs for one task type. */
export interface RuleRegret {
  rule: RoutingRule
  taskType: string
  /** Calls that the rule decided, and among them those it explored with and those where another choice was possible. */
  calls: number
  explored: number
  withChoice: number
  actual: Record<RegretMetric, number>
  /** Against always the same service, the one that is best in the metric. */
  againstBestService: Record<RegretMetric, RegretAnswer>
  /** Against the best of those that could take each call. */
  againstBestChoice: Record<RegretMetric, RegretAnswer>
}

export interface RegretView {
  rules: RuleRegret[]
  /** Decisions that were looked at, the newest of the window, and the moment of the oldest; `capped`: there were more. */
  calls: number
  since: string | null
  capped: boolean
  /** Left out: stored before the probability of the service was kept. */
  withoutProbability: number
}
