import { z } from 'zod'
import { timestampSchema } from './common.ts'
import { configurationChangeSchema } from './configuration-changes.ts'
import { measureNames } from './simulations.ts'

export const findingPriorities = ['low', 'medium', 'high', 'critical'] as const
export type FindingPriority = (typeof findingPriorities)[number]

/** `share` is 0-1; `calls` and `tasks` are counts. */
export const findingUnits = [
  'ms',
  'share',
  'calls',
  'tasks',
  'instances',
  'in_flight',
  'usd_per_hour',
  'usd_per_call',
  'usd_per_task',
  'per_hour',
  'times',
] as const
export type FindingUnit = (typeof findingUnits)[number]

/** What a finding expects to move: everything a simulation measures, and what only analyzers look at. */
export const findingMeasures = [
  ...measureNames,
  'timeout_share',
  /** Of calls, where `failure_share` is of tasks: a task whose second call succeeds has not failed. */
  'call_failure_share',
  'deadline_miss_share',
  /** Of first retries, as all that follow come after longer delays. */
  'retry_success_share',
  'retries_per_hour',
  /** What an instance gets done while it has as many calls at once as it takes. */
  'full_throughput',
  'calls_per_hour',
  /** Of the window, in which a breaker kept a working service closed off or let calls through to a broken one. */
  'wrongly_open_share',
  'wasted_calls_per_hour',
] as const
export type FindingMeasure = (typeof findingMeasures)[number]

const figure = z.number()
const text = z.string().min(1).max(500)

/** One number that a finding stands on, with its 95 % interval where it is an estimate. */
export const evidenceFigureSchema = z.strictObject({
  name: text,
  value: figure,
  unit: z.enum(findingUnits),
  /** Calls, tasks or spans of time that it was computed from. */
  sampleSize: z.number().int().min(0),
  low: figure.optional(),
  high: figure.optional(),
  /** What it is to be read against: a setting, another service, the usual. */
  comparedTo: z.strictObject({ name: text, value: figure }).optional(),
})
export type EvidenceFigure = z.output<typeof evidenceFigureSchema>

/** A small chart: at most 48 points, in order. `time` has ISO 8601 times on its axis, `label` words or numbers. */
export const evidenceSeriesSchema = z.strictObject({
  name: text,
  unit: z.enum(findingUnits),
  axis: z.enum(['time', 'label']),
  axisName: text,
  points: z.array(z.strictObject({ x: z.string().max(64), y: figure })).max(48),
})
export type EvidenceSeries = z.output<typeof evidenceSeriesSchema>

/** A module, an instance of one (`module/instance`), or a task type. */
export const findingSubjectSchema = z.strictObject({
  kind: z.enum(['module', 'instance', 'type']),
  id: text,
  name: text,
})
export type FindingSubject = z.output<typeof findingSubjectSchema>

/**
 * What the act would move. `low` to `high` is the 95 % interval of what it was estimated from, or a bound by assumption:
 * server/core/analysis/README.md says for which analyzers.
 */
export const expectedEffectSchema = z.strictObject({
  measure: z.enum(findingMeasures),
  /** What it was estimated of: tasks of this type, or tasks that this module or instance was called for. Left out: all that the act concerns. */
  of: findingSubjectSchema.optional(),
  /** Of retries: those alone that repeat a call which failed with this code. */
  errorCode: text.optional(),
  unit: z.enum(findingUnits),
  from: figure,
  to: figure,
  low: figure,
  high: figure,
  better: z.enum(['lower', 'higher']),
})
export type ExpectedEffect = z.output<typeof expectedEffectSchema>

/** What is proposed: a change of configuration, or something only people can do; its change then serves a simulation alone. */
export const findingActSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('change'), change: configurationChangeSchema }),
  z.strictObject({ kind: z.literal('advice'), todo: text, change: configurationChangeSchema.nullable() }),
])
export type FindingAct = z.output<typeof findingActSchema>

/** A possible improvement and what it stands on. JSON-serializable; nothing is ever applied because of it. */
export const findingSchema = z.strictObject({
  /** Id of the analyzer that found it. */
  analyzer: z.string().min(1).max(60),
  analyzerVersion: z.number().int().min(1),
  /** The same for the same analyzer, subject and direction, in every run; at most 300 characters. */
  key: z.string().min(1).max(300),
  title: z.string().min(1).max(300),
  /** By expected effect: see `priorityOf` in server/core/analysis/finding.ts. */
  priority: z.enum(findingPriorities),
  subject: findingSubjectSchema,
  act: findingActSchema,
  evidence: z.array(evidenceFigureSchema).min(1).max(30),
  series: z.array(evidenceSeriesSchema).max(4),
  expected: z.array(expectedEffectSchema).min(1).max(10),
  /** 0-1; see `confidenceOf` in server/core/analysis/finding.ts. */
  confidence: z.number().min(0).max(1),
  /** What was looked at; `to` is not included. */
  window: z.strictObject({ from: timestampSchema, to: timestampSchema }),
})
export type Finding = z.output<typeof findingSchema>

/** An analyzer that could not say anything of a window, and why, in a sentence for people. */
export interface SkippedAnalyzer {
  analyzer: string
  reason: string
}

/** An analyzer as it is listed. */
export interface AnalyzerView {
  id: string
  name: string
  /** What it asks of the record, in a sentence. */
  question: string
  /** How much has to be recorded for an answer, in words. */
  needs: string
}

/** What an analysis came to. */
export interface AnalysisView {
  findings: Finding[]
  skipped: SkippedAnalyzer[]
  window: { from: string; to: string }
  /** Tasks that were looked at, and which share of those in the window they are, 0-1. */
  tasks: number
  sampledShare: number
}
