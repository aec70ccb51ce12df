import { z } from 'zod'
import { moduleIdSchema, reasonSchema } from './common.ts'
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

export interface BreakerTransition {
  at: string
  from: BreakerState
  to: BreakerState
  /** Why, in words: `5 failures in a row`, `2 successful probes`, `forced open by Ann: provider outage`. */
  reason: string
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
  /** Set while an operator holds it in a state. */
  forced: { state: 'open' | 'closed'; by: string; reason: string; at: string; expiresAt: string | null } | null
  /** When the next probe is let through; null unless open and not forced. */
  nextProbeAt: string | null
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
  /** Newest first, at most 50. */
  transitions: BreakerTransition[]
}
