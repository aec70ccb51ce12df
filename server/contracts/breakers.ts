import { z } from 'zod'
import { moduleIdSchema, pageLimitSchema, reasonSchema } from './common.ts'
import { type BreakerConfig, breakerConfigSchema } from './modules.ts'

export const breakerStates = ['closed', 'open', 'half_open'] as const
export type BreakerState = (typeof breakerStates)[number]

/** A breaker guards one instance of a module; a module's own state is derived from its instances'. */
const breakerKeyInput = z.strictObject({ moduleId: moduleIdSchema, instanceId: z.string().min(1).max(64) })
export const getBreakerInput = breakerKeyInput
export const forceBreakerInput = breakerKeyInput.extend({
  reason: reasonSchema,
  /** Back to automatic after this long; null keeps it until somebody resets it. */
  expiresInMs: z
    .number()
    .int()
    .min(1_000)
    .max(30 * 86_400_000)
    .nullable()
    .default(null),
})
export const resetBreakerInput = breakerKeyInput.extend({ reason: reasonSchema })
export const resetAllBreakersInput = z.strictObject({ reason: reasonSchema })
export const configureBreakerInput = z.strictObject({
  moduleId: moduleIdSchema,
  configVersion: z.number().int().min(1),
  breaker: breakerConfigSchema,
})
export const listBreakersInput = z
  .strictObject({ moduleId: moduleIdSchema.optional(), state: z.enum(breakerStates).optional() })
  .prefault({})

/** A breaker's history on all replicas. */
export const breakerTimelineInput = breakerKeyInput.extend({
  cursor: z
    .string()
    .regex(/^\d{1,15}\.\d{1,18}$/, 'must be the nextCursor of an earlier page')
    .optional(),
  limit: pageLimitSchema,
})
export type ListBreakerChanges = z.output<typeof breakerTimelineInput>

export interface BreakerTransition {
  at: string
  from: BreakerState
  to: BreakerState
  /** Why, in words: `5 failures in a row`, `2 successful probes`, `forced open by Ann: provider outage`. */
  reason: string
}

/** A failed or slow call behind a change of state. */
export interface TroubledCall {
  at: string
  outcome: 'failed' | 'slow'
  code: string | null
  message: string | null
  durationMs: number
  /** Null for a call that a caller made itself on a route. */
  taskId: string | null
  attempt: number | null
}

/** A change of state as it is kept: with what caused it, and the replica whose breaker changed. */
export interface BreakerChangeView extends BreakerTransition {
  replicaId: string
  /** The failure that decided it; null when time or people did. */
  cause: { code: string; message: string } | null
  /** The failed or slow calls behind it, oldest first, at most ten. */
  calls: TroubledCall[]
}

/** What one replica sees of a breaker by itself, as it last said. */
export interface ReplicaBreaker {
  replicaId: string
  isSelf: boolean
  state: BreakerState
  since: string
  /** Within the rolling window, when it said so. */
  calls: number
  failures: number
  /** Whether its word counts for the quorum: it sees the breaker open, or had calls of late. */
  counts: boolean
}

export interface BreakerView {
  moduleId: string
  moduleName: string
  instanceId: string
  endpoint: string
  state: BreakerState
  /** Since when it has been in this state. */
  since: string
  /** Since when it has not been closed, whatever its probes said in between; null while it is closed. */
  troubledSince: string | null
  /** Whose observation opened it: that of this replica, or that of a quorum of the others; null while closed or forced. */
  openedBy: 'here' | 'quorum' | null
  /** Set while an operator holds it in a state. */
  forced: { state: 'open' | 'closed'; by: string; reason: string; at: string; expiresAt: string | null } | null
  /** When the next probe is let through; null when closed, forced or due. */
  nextProbeAt: string | null
  /** When the probe under way ends at the latest; null when there is none. */
  probeEndsBy: string | null
  consecutiveFailures: number
  /** Successful probes so far while half-open. */
  probeSuccesses: number
  config: BreakerConfig
  /** Since start. */
  totals: { calls: number; successes: number; failures: number; timeouts: number; rejections: number }
  /** The rolling window. */
  window: {
    seconds: number
    calls: number
    failures: number
    failureRate: number
    p50Ms: number | null
    p95Ms: number | null
    p99Ms: number | null
    /** Oldest first; one bucket per `bucketSeconds`. */
    bucketSeconds: number
    buckets: { successes: number; failures: number; rejections: number }[]
  }
  lastFailure: { at: string; code: string; message: string } | null
  /** Failures since start by their code, most first; at most 20 codes, the rest together as `OTHER`. */
  errors: { code: string; count: number }[]
  /** What each replica sees, while any of several sees trouble; else empty. */
  replicas: ReplicaBreaker[]
  /** Newest first, at most 50. */
  transitions: BreakerTransition[]
}
