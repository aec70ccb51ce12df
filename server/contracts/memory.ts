import { z } from 'zod'
import { type Json, taskTypeSchema } from './common.ts'
import type { TaskStatus } from './tasks.ts'

export const memoryLimits = {
  contexts: 1_000,
  contextBytes: 64 * 1024,
  /** 30 days. */
  contextTtlSeconds: 2_592_000,
  shortTerm: 100,
} as const

const contextNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/,
    'must be letters, digits, dots, colons, dashes, underscores, at most 100',
  )

export const recentMemoriesInput = z
  .strictObject({
    taskType: taskTypeSchema.optional(),
    limit: z.number().int().min(1).max(memoryLimits.shortTerm).default(memoryLimits.shortTerm),
  })
  .prefault({})
export type RecentMemories = z.output<typeof recentMemoriesInput>

/** A task that ended, as short-term memory holds it. */
export interface TaskMemory {
  taskId: string
  taskType: string
  status: Extract<TaskStatus, 'succeeded' | 'failed' | 'cancelled' | 'expired'>
  /** The module that served it; null when none did. */
  moduleId: string | null
  priority: number
  attempts: number
  acceptedAt: string
  finishedAt: string
  /** From first start to end; null when it never began. */
  runMs: number | null
  costUsd: number
  errorCode: string | null
}

export const patternsInput = z
  .strictObject({ taskType: taskTypeSchema.optional(), windowHours: z.number().int().min(1).max(720).default(24) })
  .prefault({})
export type PatternsInput = z.output<typeof patternsInput>

/** What a pattern goes by. */
export type PatternTrait =
  | { kind: 'service'; moduleId: string }
  /** Hour of the day in UTC, 0-23. */
  | { kind: 'hour'; hour: number }
  | { kind: 'payload_has'; field: string }
  | { kind: 'payload_lacks'; field: string }
  | { kind: 'payload_value'; field: string; value: string | number | boolean }
  | { kind: 'payload_size'; from: number; to: number | null }
  | { kind: 'attempt'; number: number }
  | { kind: 'priority'; number: number }

/** `slow`: among the slowest tenth of the type's successful calls. */
export type PatternEffect = 'failure' | 'slowness'

/** Something that goes with failure or slowness more often than chance would have it. */
export interface Pattern {
  taskType: string
  effect: PatternEffect
  trait: PatternTrait
  /** Calls with the trait, and among them those that failed or were slow. */
  support: number
  hits: number
  /** Share with the trait, and of all calls of the type. */
  rate: number
  baseRate: number
  /** rate / baseRate. */
  lift: number
  /** One-sided, by Fisher's exact test. */
  pValue: number
  /** The share of false discoveries that would be accepted with it, after Benjamini and Hochberg. */
  qValue: number
}

export interface PatternsView {
  /** The surest first. */
  patterns: Pattern[]
  /** Calls looked at, the newest of the window, and what was tested of them. */
  calls: number
  tested: number
  since: string | null
  /** Bound on the expected share of false patterns among those shown. */
  falseDiscoveryRate: number
}

export const relevantMemoriesInput = z.strictObject({
  taskType: taskTypeSchema,
  limit: z.number().int().min(1).max(100).default(10),
})
export type RelevantMemoriesInput = z.output<typeof relevantMemoriesInput>

/** Something worth knowing for the next task of a type; `why` says why it was brought up. */
export type RelevantMemory =
  | { kind: 'pattern'; why: string; pattern: Pattern }
  | { kind: 'context'; why: string; context: ContextSummary }
  | { kind: 'task'; why: string; task: TaskMemory }

export const setContextInput = z.strictObject({
  name: contextNameSchema,
  value: z.json(),
  /** Task types it matters for. */
  taskTypes: z.array(taskTypeSchema).max(20).default([]),
  ttlSeconds: z.number().int().min(1).max(memoryLimits.contextTtlSeconds).default(86_400),
})
export type SetContext = z.output<typeof setContextInput>

export const contextNameInput = z.strictObject({ name: contextNameSchema })

export const listContextsInput = z
  .strictObject({
    prefix: z.string().max(100).optional(),
    cursor: z.string().max(100).optional(),
    limit: z.number().int().min(1).max(200).default(50),
  })
  .prefault({})
export type ListContexts = z.output<typeof listContextsInput>

export interface ContextSummary {
  name: string
  taskTypes: string[]
  bytes: number
  updatedBy: string
  updatedAt: string
  expiresAt: string
}

export interface ContextView extends ContextSummary {
  value: Json
}

/** What is known for long of one task type. */
export interface TypeStatistics {
  taskType: string
  /** Decayed outcomes over all services, and the share that succeeded. */
  outcomes: number
  successRate: number | null
  meanMs: number | null
  services: number
  bestModuleId: string | null
  errors: { code: string; share: number }[]
  /** Calls that cost something, and what, over the days that are kept. */
  paidCalls: number
  costUsd: number
}

export interface MemorySummary {
  shortTerm: {
    tasks: number
    succeeded: number
    failed: number
    /** Finish of the oldest and newest; null without any. */
    from: string | null
    to: string | null
  }
  longTerm: { types: number; services: number; outcomes: number }
  contexts: { count: number; bytes: number; nextExpiryAt: string | null; mostCount: number }
  patterns: { found: number; tested: number; calls: number }
}
