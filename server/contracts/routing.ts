import { z } from 'zod'
import { moduleIdSchema, taskTypeSchema } from './common.ts'
import type { DecisionView } from './decisions.ts'
import type { RetryPolicy } from './modules.ts'
import { neededResourcesSchema } from './resource-schemas.ts'

/** Asks where a call would go, or is to go when the caller makes it. */
export const routeInput = z.strictObject({
  taskType: taskTypeSchema,
  /** Only this module will do. */
  moduleId: moduleIdSchema.optional(),
  /** What the call needs; only modules that offer as much are chosen. */
  resources: neededResourcesSchema.optional(),
})
export type RouteInput = z.output<typeof routeInput>

/** A route that is only asked about: also for a task of another size, or with a budget. */
export interface PreviewRoute extends RouteInput {
  complexity?: number
  budgetLeftUsd?: number | null
}

/** Tells how a routed call ended; a slot is held until then, or until the module's call time-out. */
export const reportRouteInput = z.strictObject({
  routeId: z.uuid(),
  outcome: z.enum(['succeeded', 'failed', 'busy']),
  errorCode: z.string().trim().min(1).max(100).optional(),
  errorMessage: z.string().trim().max(1_000).optional(),
  /** After a failure: answer with the next capable module, when there is one. */
  wantFallback: z.boolean().default(false),
})
export type RouteReport = z.output<typeof reportRouteInput>

/** Where to send a call, with a slot taken there. */
export interface RoutedCall {
  routeId: string
  moduleId: string
  instanceId: string
  endpoint: string
  /** Modules that would be tried next, in order. */
  fallbacks: string[]
  retry: RetryPolicy
  /** Without a report by then the call counts as timed out. */
  expiresAt: string
  decision: DecisionView
}

export interface RouteReportAnswer {
  /** The next call to make; null when none was asked for or none is left. */
  next: RoutedCall | null
}
