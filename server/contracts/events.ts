import { z } from 'zod'
import { limits, pageLimitSchema, rangeRule, timestampSchema } from './common.ts'

/** Every type of event there is. `<noun>.<past tense>`. */
export const eventTypes = [
  'agent.started',
  'agent.completed',
  'agent.failed',
  'task.blocked',
  'task.scheduled',
  'task.ready',
  'task.running',
  'task.progress',
  'task.preempted',
  'task.succeeded',
  'task.failed',
  'task.cancelled',
  'task.expired',
  'system.health_changed',
  'health.check_passed',
  'health.check_failed',
  'deployment.started',
  'deployment.stepped',
  'deployment.paused',
  'deployment.continued',
  'deployment.stopped',
  'deployment.completed',
  'deployment.rolled_back',
  'resource.scaled',
  'alert.raised',
  'alert.escalated',
  'alert.acknowledged',
  'alert.resolved',
  'circuit.opened',
  'circuit.half_opened',
  'circuit.closed',
  'circuit.forced',
  'circuit.reset',
  'module.registered',
  'module.updated',
  'module.enabled',
  'module.disabled',
  'module.removed',
  'module.health_changed',
  'instance.registered',
  'instance.deregistered',
  'instance.updated',
  'instance.taken_out',
  'instance.put_back',
  'replica.joined',
  'replica.left',
  'replica.lost',
  'queue.paused',
  'queue.resumed',
  'suggestion.opened',
  'suggestion.proposed',
  'suggestion.refreshed',
  'suggestion.reopened',
  'suggestion.simulated',
  'suggestion.snoozed',
  'suggestion.woken',
  'suggestion.approved',
  'suggestion.expired',
  'suggestion.voided',
  'suggestion.rejected',
  'suggestion.applied',
  'suggestion.judged',
  'suggestion.reverted',
  'error.recovered',
  'error.recovery_failed',
] as const
export type EventType = (typeof eventTypes)[number]
/** What happens to suggestions; the acts have the same names in the audit. */
export type SuggestionEventType = Extract<EventType, `suggestion.${string}`>

/** An event as clients see it. `seq` is strictly increasing without gaps over the whole installation. */
export interface EventView {
  seq: number
  schemaVersion: 1
  type: EventType
  at: string
  /** 1 (critical) to 10. */
  priority: number
  taskId: string | null
  moduleId: string | null
  instanceId: string | null
  data: Record<string, unknown>
}

const typePattern = z
  .string()
  .max(60)
  .regex(/^(\*|[a-z_]+\.\*|[a-z_]+\.[a-z_]+)$/, 'must be `*`, `area.*` or `area.name`')

/** A sequence number as text, as cursors and the ids of subscriptions hold it. */
const sequenceText = z.string().regex(/^\d{1,15}$/, 'must be a number of an event')

export const recentEventsInput = z
  .strictObject({ types: z.array(typePattern).max(40).optional(), limit: pageLimitSchema })
  .prefault({})
export const listEventsInput = z
  .strictObject({
    types: z.array(typePattern).max(40).optional(),
    moduleId: z.string().max(63).optional(),
    taskId: z.string().max(36).optional(),
    /** When it happened: from this moment on, and before that one. */
    from: timestampSchema.optional(),
    to: timestampSchema.optional(),
    cursor: sequenceText.optional(),
    limit: pageLimitSchema,
  })
  .refine(...rangeRule)
  .prefault({})
export const onEventInput = z
  .strictObject({
    types: z.array(typePattern).max(40).optional(),
    /** Resume after this sequence number; without it, from now on. */
    lastEventId: sequenceText.nullish(),
  })
  .prefault({})
export const replayEventsInput = z
  .strictObject({
    fromSeq: z.number().int().min(1),
    toSeq: z.number().int().min(1),
    types: z.array(typePattern).max(40).optional(),
  })
  .refine(({ fromSeq, toSeq }) => toSeq - fromSeq < limits.replayedNumbers, {
    path: ['toSeq'],
    error: `must be less than ${limits.replayedNumbers} after fromSeq`,
  })
