import { z } from 'zod'
import {
  type Json,
  limits,
  moduleIdSchema,
  pageLimitSchema,
  rangeRule,
  reasonSchema,
  taskTypeSchema,
  timedCursorSchema,
  timestampSchema,
  uuidSchema,
} from './common.ts'
import type { AttemptView, TaskError, TaskStatus } from './tasks.ts'

/** `reprocessed` and `discarded` are final; a task made from a letter that fails again is a letter of its own. */
export const deadLetterStates = ['open', 'reprocessed', 'discarded'] as const
export type DeadLetterState = (typeof deadLetterStates)[number]

/** What a background job does to the letters it was given. */
export type DeadLetterJobKind = 'reprocess' | 'discard'

/**
 * `trial`: a sample is made and awaited; `deciding`: its result is there and a person must say whether to go on; `running`: the
 * rest is made; `done` and `aborted` are final.
 */
export const deadLetterJobStatuses = ['trial', 'deciding', 'running', 'done', 'aborted'] as const
export type DeadLetterJobStatus = (typeof deadLetterJobStatuses)[number]

export const fingerprintSchema = z.string().regex(/^[0-9a-f]{16}$/, 'must be the fingerprint of a group')

const letterFilterFields = {
  fingerprint: fingerprintSchema.optional(),
  type: taskTypeSchema.optional(),
  /** The module that ran the last attempt. */
  moduleId: moduleIdSchema.optional(),
  /** Text contained in the error (code or message) or the type, or a task id or the beginning of one. */
  q: z.string().trim().max(100).optional(),
  /** When it failed. */
  from: timestampSchema.optional(),
  to: timestampSchema.optional(),
}

/** Which letters; all of these apply together. */
export const letterFilterSchema = z.strictObject(letterFilterFields).refine(...rangeRule)
export type LetterFilter = z.output<typeof letterFilterSchema>

const stateSchema = z.array(z.enum(deadLetterStates)).max(deadLetterStates.length).optional()

export const listDeadLettersInput = z
  .strictObject({
    ...letterFilterFields,
    state: stateSchema,
    /** The `nextCursor` of the page before. */
    cursor: timedCursorSchema.optional(),
    limit: pageLimitSchema,
  })
  .refine(...rangeRule)
  .prefault({})
export type ListDeadLetters = z.output<typeof listDeadLettersInput>

export const groupDeadLettersInput = z
  .strictObject({
    ...letterFilterFields,
    /** Only groups with a letter in one of these states. */
    state: stateSchema,
  })
  .refine(...rangeRule)
  .prefault({})
export type GroupDeadLetters = z.output<typeof groupDeadLettersInput>

export const countDeadLettersInput = letterFilterSchema.prefault({})
export const deadLetterIdInput = z.strictObject({ id: uuidSchema })

export const reprocessDeadLetterInput = z.strictObject({
  id: uuidSchema,
  /** Instead of the payload that failed. */
  payload: z.unknown().optional(),
})
export type ReprocessDeadLetter = z.output<typeof reprocessDeadLetterInput>

const selectionFields = {
  ids: z.array(uuidSchema).min(1).max(limits.batchTasks).optional(),
  filter: letterFilterSchema.optional(),
}

function isOneSelection(input: { ids?: unknown; filter?: unknown }): boolean {
  return (input.ids === undefined) !== (input.filter === undefined)
}
const oneSelection = 'give either ids or filter'

export const reprocessManyInput = z
  .strictObject({
    ...selectionFields,
    /** New tasks per second at most. */
    ratePerSecond: z.number().int().min(1).max(1_000).default(20),
    /** So many first, drawn at random; the rest waits for their ends. */
    trial: z
      .strictObject({
        size: z.number().int().min(1).max(1_000),
        /** Goes on by itself when at least this share of the sample succeeded; without it, when told. */
        continueFrom: z.number().min(0).max(1).optional(),
      })
      .optional(),
    reason: reasonSchema.optional(),
    /** A repeated call with the same key answers the job made then. */
    idempotencyKey: z.string().min(1).max(200).optional(),
  })
  .refine(isOneSelection, oneSelection)
export type ReprocessMany = z.output<typeof reprocessManyInput>

export const discardDeadLettersInput = z
  .strictObject({ ...selectionFields, reason: reasonSchema })
  .refine(isOneSelection, oneSelection)
export type DiscardDeadLetters = z.output<typeof discardDeadLettersInput>

export const listDeadLetterJobsInput = z
  .strictObject({
    status: z.array(z.enum(deadLetterJobStatuses)).max(deadLetterJobStatuses.length).optional(),
    cursor: uuidSchema.optional(),
    limit: pageLimitSchema,
  })
  .prefault({})
export type ListDeadLetterJobs = z.output<typeof listDeadLetterJobsInput>

export const deadLetterJobInput = z.strictObject({ id: uuidSchema })
export const abortDeadLetterJobInput = z.strictObject({ id: uuidSchema, reason: reasonSchema.optional() })

/** A failed task that nobody has dealt with yet, or how somebody has. Its id is the id of the task. */
export interface DeadLetterSummary {
  id: string
  type: string
  /** The module that ran its last attempt. */
  moduleId: string | null
  priority: number
  attemptCount: number
  error: TaskError
  fingerprint: string
  failedAt: string
  state: DeadLetterState
  /** The task made from it. */
  reprocessedAs: string | null
  closedAt: string | null
  closedBy: string | null
  /** Why it was discarded or reprocessed, when somebody said so. */
  reason: string | null
  /** The background job that dealt with it. */
  jobId: string | null
}

/** What a task view says of its dead letter. */
export type DeadLetterMark = Pick<
  DeadLetterSummary,
  'fingerprint' | 'state' | 'failedAt' | 'reprocessedAs' | 'closedAt' | 'closedBy' | 'reason' | 'jobId'
>

/** One task of a chain in which each was made from the one before. */
export interface LineageEntry {
  id: string
  status: TaskStatus
  createdAt: string
  errorCode: string | null
}

export interface DeadLetterView extends DeadLetterSummary {
  payload: Json
  attempts: AttemptView[]
  submittedBy: string
  createdAt: string
  /** The chain that this task belongs to, oldest first; of a long one at most 50 tasks either way. */
  lineage: LineageEntry[]
}

/** Letters that failed for the same cause. */
export interface DeadLetterGroup {
  fingerprint: string
  /** Of the newest letter. */
  sample: TaskError
  types: string[]
  modules: string[]
  open: number
  total: number
  firstSeenAt: string
  lastSeenAt: string
  /** Letters per hour of the last 24 hours, oldest first. */
  recent: number[]
}

/** What the sample of a job came to. `rate`, `low` and `high` are shares of success with a 95 % interval, null before an end. */
export interface TrialView {
  size: number
  continueFrom: number | null
  ended: number
  succeeded: number
  failed: number
  rate: number | null
  low: number | null
  high: number | null
}

export interface DeadLetterJob {
  id: string
  kind: DeadLetterJobKind
  status: DeadLetterJobStatus
  createdAt: string
  createdBy: string
  reason: string | null
  /** What was asked for; null when ids were given. */
  filter: LetterFilter | null
  total: number
  /** New tasks made, or letters discarded. */
  done: number
  /** Refused for a reason of their own, such as a payload that its type does not take any more; they stay open. */
  refused: number
  /** Somebody else had dealt with them before. */
  skipped: number
  ratePerSecond: number
  trial: TrialView | null
  /** Why it makes no progress now: a code such as `QUEUE_FULL`. */
  waitingFor: string | null
  /** The replica that works on it. */
  replicaId: string | null
  endedAt: string | null
  endedBy: string | null
  endReason: string | null
}

export interface DeadLetterJobView extends DeadLetterJob {
  /** What became of the tasks that it made. */
  tasks: { succeeded: number; failed: number; other: number; alive: number }
  /** Why letters were refused, most frequent first. */
  refusals: { code: string; message: string; count: number }[]
}

export interface DiscardReceipt {
  /** Discarded before the answer. */
  discarded: number
  /** The job that discards what a filter matched. */
  job: DeadLetterJob | null
}
