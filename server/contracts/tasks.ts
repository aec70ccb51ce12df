import { z } from 'zod'
import {
  type Json,
  limits,
  moduleIdSchema,
  pageLimitSchema,
  rangeRule,
  reasonSchema,
  taskTypeSchema,
  timestampSchema,
  uuidSchema,
} from './common.ts'
import type { DeadLetterMark } from './dead-letters.ts'
import type { DecisionView } from './decisions.ts'
import { retryPolicySchema } from './modules.ts'
import { neededResourcesSchema } from './resource-schemas.ts'
import type { Resources } from './resources.ts'

export const taskStatuses = [
  'blocked',
  'scheduled',
  'ready',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const
export type TaskStatus = (typeof taskStatuses)[number]

/** Names people use for priorities; stored as the number. */
export const priorityAliases = { critical: 1, high: 2, medium: 3, normal: 5, low: 7, batch: 10 } as const
export type PriorityAlias = keyof typeof priorityAliases

export const prioritySchema = z.union([
  z.number().int().min(1).max(10),
  z.enum(Object.keys(priorityAliases) as [PriorityAlias, ...PriorityAlias[]]),
])

/** Whether PostgreSQL can keep a text. Tasks are inserted together; one that cannot be kept must not fail the others. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** Time from the first start of a task to its end, retries and waits between them included. */
const totalTimeoutSchema = z.number().int().min(10).max(604_800_000)

export const submitTaskInput = z.strictObject({
  type: taskTypeSchema,
  payload: z.unknown(),
  priority: prioritySchema.optional(),
  /** Runs on this module only; never falls back. */
  moduleId: moduleIdSchema.optional(),
  /** Tasks that have to succeed before it starts. When one of them ends otherwise, it ends `cancelled` (PARENT_FAILED). */
  dependsOn: z.array(uuidSchema).max(limits.parentsPerTask).optional(),
  /** Not started before. At most a year ahead. */
  runAt: timestampSchema.optional(),
  /** Not started after; ends `expired` instead. */
  deadline: timestampSchema.optional(),
  /** Limit of one attempt; a module whose own call limit is shorter ends it then. Without it, the module's limit alone. */
  timeoutMs: z.number().int().min(10).max(3_600_000).optional(),
  /** Limit of all attempts together, from the first start. Else the limit of its type, else 300 s. */
  totalTimeoutMs: totalTimeoutSchema.optional(),
  maxAttempts: z.number().int().min(1).max(100).optional(),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .refine(isStorable, 'must not hold NUL characters or half surrogate pairs')
    .optional(),
  /** What it needs while it runs; only modules that offer as much to a call run it. */
  resources: neededResourcesSchema.optional(),
  estimatedComplexity: z.number().min(0.01).max(1_000).optional(),
  /** The most that all attempts together may cost; checked before each call against spend so far plus expected cost. */
  costBudgetUsd: z.number().min(0).max(1_000_000).optional(),
})
export type SubmitTask = z.output<typeof submitTaskInput>

/** A name of an entry within its batch; never the id of a task, so that `dependsOn` can hold both. */
const refSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,${limits.refLength - 1}}$`),
    `must be letters, digits, dots, dashes and underscores, at most ${limits.refLength}`,
  )
  .refine(name => !uuidSchema.safeParse(name).success, 'must not look like the id of a task')

/** One entry of a batch: a task that others of the batch may name. */
export const batchTaskInput = submitTaskInput.extend({
  ref: refSchema.optional(),
  /** Refs of other entries, in any order, and ids of tasks that exist. */
  dependsOn: z
    .array(z.union([uuidSchema, refSchema]))
    .max(limits.parentsPerTask)
    .optional(),
})
export type BatchTask = z.output<typeof batchTaskInput>
export const submitAndWaitInput = submitTaskInput.extend({
  /** How long to wait for the end before the receipt is answered instead. */
  waitMs: z.number().int().min(0).max(60_000).default(30_000),
})
export type SubmitAndWait = z.output<typeof submitAndWaitInput>

export const submitBatchInput = z.strictObject({
  tasks: z.array(z.unknown()).min(1).max(limits.batchTasks),
})

export const taskIdInput = z.strictObject({ id: uuidSchema })
export const cancelTaskInput = z.strictObject({ id: uuidSchema, reason: reasonSchema.optional() })
export const listTasksInput = z
  .strictObject({
    status: z.array(z.enum(taskStatuses)).max(taskStatuses.length).optional(),
    type: taskTypeSchema.optional(),
    moduleId: moduleIdSchema.optional(),
    /** A task id or a prefix of one, or text contained in the type. */
    q: z.string().trim().max(100).optional(),
    /** Tasks whose payload holds this: objects by the fields given here, at any depth; arrays by their elements, in any order. */
    data: z.record(z.string(), z.json()).optional(),
    from: timestampSchema.optional(),
    to: timestampSchema.optional(),
    /** The `nextCursor` of the page before. */
    cursor: uuidSchema.optional(),
    limit: pageLimitSchema,
  })
  .refine(...rangeRule)
  .prefault({})
export type ListTasks = z.output<typeof listTasksInput>

export interface SubmitReceipt {
  id: string
  status: TaskStatus
  priority: number
  /** True when the idempotency key was seen before and this is the task made then. */
  deduplicated: boolean
}

/** What `submitAndWait` answers: the task in full once it has ended, else where it stands after `waitMs`. */
export type SubmitAndWaitAnswer = ({ ended: true } & TaskView) | ({ ended: false } & SubmitReceipt)

export interface SubmitBatchReceipt {
  accepted: { index: number; id: string }[]
  rejected: { index: number; code: string; message: string }[]
}

export interface TaskError {
  code: string
  message: string
}

export interface TaskSummary {
  id: string
  type: string
  status: TaskStatus
  priority: number
  /** The module it is pinned to, when it is. */
  moduleId: string | null
  /** The module that ran its last attempt. */
  servedBy: string | null
  attemptCount: number
  maxAttempts: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  errorCode: string | null
}

export const attemptOutcomes = [
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'busy',
  'lost',
  'cancelled',
  'preempted',
] as const
export type AttemptOutcome = (typeof attemptOutcomes)[number]

export interface AttemptView {
  number: number
  moduleId: string
  instanceId: string
  outcome: AttemptOutcome
  error: TaskError | null
  enqueuedAt: string
  claimedAt: string
  dispatchedAt: string
  endedAt: string | null
  /** Hourly cost of the module × duration; 0 while it runs. */
  costUsd: number
  decision: DecisionView | null
}

/** How far a running attempt is, as its module says. */
export interface TaskProgress {
  /** 0-100; null when it does not say. */
  percent: number | null
  stage: string | null
  message: string | null
  at: string
}

/** What a task saved last; its next attempt goes on from there. Gone once the task has ended. */
export interface CheckpointView {
  data: Json
  /** Of its JSON text. */
  bytes: number
  /** The module that saved it. */
  moduleId: string
  savedAt: string
}

export interface TaskView extends TaskSummary {
  payload: Json
  result: Json
  error: TaskError | null
  attempts: AttemptView[]
  score: number
  runAt: string | null
  deadline: string | null
  timeoutMs: number
  totalTimeoutMs: number
  estimatedComplexity: number
  /** What it needs while it runs; zeros when it said nothing. */
  resources: Resources
  /** The most that all attempts together may cost; null without a limit. */
  costBudgetUsd: number | null
  /** What its ended attempts cost together. */
  spentUsd: number
  idempotencyKey: string | null
  submittedBy: string
  /** W3C trace id that its calls carry. */
  traceId: string
  /** Of the attempt that runs now; null when none does, or it has said nothing yet. */
  progress: TaskProgress | null
  checkpoint: CheckpointView | null
  /** The task this one was made from by a retry, and the one made from this. */
  retryOf: string | null
  retriedAs: string | null
  /** Why it ended as it did, when no attempt says so: `PARENT_FAILED`, `cancelled by ...`. */
  endReason: string | null
  /** What became of its dead letter; null unless it failed. */
  deadLetter: DeadLetterMark | null
  /** The tasks that have to succeed before it starts, as they were named. */
  dependsOn: RelatedTask[]
  /** Those of them that have not ended yet. */
  blockedBy: string[]
  /** Tasks that wait, or waited, for this one. */
  dependants: { total: number; items: RelatedTask[] }
  /** With the reason PARENT_FAILED: the task at the beginning, which ended by itself. */
  failedAncestor: RelatedTask | null
  /** The waiting task whose deadline raised the rank of this one. */
  raisedBy: string | null
}

/** Another task that one refers to. `status` is null when nothing of it is stored any more. */
export interface RelatedTask {
  id: string
  status: TaskStatus | null
}

/** A task in the graph of all that it depends on, directly or not, and all that depends on it. */
export interface TaskGraphNode {
  id: string
  type: string
  status: TaskStatus
  priority: number
  /** How long it is expected to run: what was learned of its type, else a second; times its estimated complexity. */
  expectedMs: number
  /** How much later it may start without making anything late; null when it has ended. Negative: a deadline is at risk. */
  slackMs: number | null
  /** Whether it is one of those that have not ended and have the least slack. */
  isCritical: boolean
}

export interface TaskGraph {
  nodes: TaskGraphNode[]
  /** From a parent to its child. */
  edges: { from: string; to: string }[]
  /** True when the graph has more tasks than are shown; those nearest to the task asked for are. */
  isCut: boolean
}

/** One moment of a task's life, oldest first. */
export interface TimelineEntry {
  at: string
  kind:
    | 'accepted'
    | 'queued'
    | 'raised'
    | 'claimed'
    | 'decided'
    | 'called'
    | 'attempt_ended'
    | 'checkpoint'
    | 'preempted'
    | 'retry_scheduled'
    | 'ended'
  label: string
  detail: string | null
  attempt: number | null
}

const callLimit = z.number().int().min(1).max(100_000)

/** How tasks of one type are tried again, and how long they may take in all; wins over the policies of modules. */
export const typeRetryPolicySchema = retryPolicySchema.extend({ totalTimeoutMs: totalTimeoutSchema.optional() })
export type TypeRetryPolicy = z.output<typeof typeRetryPolicySchema>

/** One part of the queue policy: bounded, since all of it is read, compared and audited at each edit. */
function policyMap<Key extends typeof taskTypeSchema, Value extends z.ZodType>(key: Key, value: Value) {
  return z
    .record(key, value)
    .refine(map => Object.keys(map).length <= limits.policyEntries, `must be at most ${limits.policyEntries} entries`)
}

/** How the queue is run; `version` is the one the edit was made on. A part that is left out stays as it is. */
export const queuePolicyInput = z.strictObject({
  version: z.number().int().min(0),
  priorities: policyMap(taskTypeSchema, z.number().int().min(1).max(10)),
  multipliers: policyMap(taskTypeSchema, z.number().min(0.1).max(10)),
  /** Calls in flight at most, over all replicas: by task type, by module, of everything together. */
  typeLimits: policyMap(taskTypeSchema, callLimit).optional(),
  moduleLimits: policyMap(moduleIdSchema, callLimit).optional(),
  tenantLimit: callLimit.nullable().optional(),
  /** Tasks of a type that may wait or run at once. */
  typeCaps: policyMap(taskTypeSchema, z.number().int().min(1).max(100_000_000)).optional(),
  /** How tasks of a type are tried again; without an entry, as their modules say. */
  retries: policyMap(taskTypeSchema, typeRetryPolicySchema).optional(),
})
export type QueuePolicyInput = z.output<typeof queuePolicyInput>
