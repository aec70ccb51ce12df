import { z } from 'zod'
import type { AlertUnit } from './alert-rules.ts'
import { type AlertRuleId, alertRuleIds } from './alert-rules.ts'
import { alertSeverities, alertStates } from './alert-words.ts'
import {
  type Json,
  limits,
  moduleIdSchema,
  pageLimitSchema,
  rangeRule,
  reasonSchema,
  timedCursorSchema,
  timestampSchema,
  uuidSchema,
} from './common.ts'

/** Worst first. */
export type AlertSeverity = (typeof alertSeverities)[number]

/**
 * `open`: nobody has said that they deal with it; `acknowledged`: somebody has; `silenced`: a silence covers it now; `resolved`: what
 * it tells of is over. An alert that is silenced was never lost: it is open or acknowledged again when the silence ends.
 */
export type AlertState = (typeof alertStates)[number]

const severitySchema = z.enum(alertSeverities)
const ruleIdSchema = z.enum(alertRuleIds)

/** A span of time in ms that a rule waits; at most a day. */
const waitSchema = z.number().int().min(0).max(86_400_000)

export const listAlertsInput = z
  .strictObject({
    state: z.array(z.enum(alertStates)).max(alertStates.length).optional(),
    severity: z.array(severitySchema).max(alertSeverities.length).optional(),
    rule: z.array(ruleIdSchema).max(alertRuleIds.length).optional(),
    moduleId: moduleIdSchema.optional(),
    /** Text contained in the title or the detail. */
    q: z.string().trim().max(100).optional(),
    /** When it was raised. */
    from: timestampSchema.optional(),
    to: timestampSchema.optional(),
    cursor: timedCursorSchema.optional(),
    limit: pageLimitSchema,
  })
  .refine(...rangeRule)
  .prefault({})
export type ListAlerts = z.output<typeof listAlertsInput>

export const alertIdInput = z.strictObject({ id: uuidSchema })
export const acknowledgeAlertsInput = z.strictObject({
  ids: z.array(uuidSchema).min(1).max(limits.pageSize),
  /** What is known or being done about it. */
  note: z.string().trim().max(limits.reasonLength).default(''),
})
export type AcknowledgeAlerts = z.output<typeof acknowledgeAlertsInput>

const longestSilenceMs = 90 * 86_400_000

/** What a silence covers: every field that is given must match; none given covers all. */
const silenceScope = {
  rule: ruleIdSchema.nullable().default(null),
  severity: severitySchema.nullable().default(null),
  moduleId: moduleIdSchema.nullable().default(null),
}
export const silenceInput = z
  .strictObject({
    ...silenceScope,
    /** `maintenance` says that the trouble is planned. */
    kind: z.enum(['silence', 'maintenance']).default('silence'),
    /** Now when left out. */
    startsAt: timestampSchema.optional(),
    endsAt: timestampSchema,
    reason: reasonSchema,
  })
  .refine(({ startsAt, endsAt }) => startsAt === undefined || Date.parse(endsAt) > Date.parse(startsAt), {
    path: ['endsAt'],
    message: 'must be after the start',
  })
  .refine(
    ({ startsAt, endsAt }) => startsAt === undefined || Date.parse(endsAt) - Date.parse(startsAt) <= longestSilenceMs,
    { path: ['endsAt'], message: 'must be at most 90 days after the start' },
  )
export type NewSilence = z.output<typeof silenceInput>

export const silenceIdInput = z.strictObject({ id: uuidSchema })
export const listSilencesInput = z
  .strictObject({
    /** Those that are over as well. */
    past: z.boolean().default(false),
    cursor: uuidSchema.optional(),
    limit: pageLimitSchema,
  })
  .prefault({})
export type ListSilences = z.output<typeof listSilencesInput>

/** One grade of a rule. The gravest that holds gives the alert its severity. */
export const ruleLevelSchema = z.strictObject({
  severity: severitySchema,
  /** In the unit of the rule; null for rules that ask yes or no. */
  threshold: z.number().min(0).max(1_000_000_000).nullable(),
  /** How long it must hold before an alert is raised. */
  forMs: waitSchema,
})
export type RuleLevel = z.output<typeof ruleLevelSchema>

export const setRuleInput = z.strictObject({
  id: ruleIdSchema,
  /** The version that the edit was made on; 0 before the first edit. */
  version: z.number().int().min(0),
  enabled: z.boolean(),
  /** As many as the rule has, mildest first. */
  levels: z.array(ruleLevelSchema).min(1).max(3),
  /** How long it must be over before the alert is resolved. */
  clearMs: waitSchema,
  /** Share of tasks that should succeed, in percent; for rules on the error budget alone. */
  objectivePercent: z.number().min(50).max(99.999).nullable().default(null),
})
export type SetRule = z.output<typeof setRuleInput>

/** What a rule goes by, as it is set now. */
export interface RuleSettings {
  enabled: boolean
  levels: RuleLevel[]
  clearMs: number
  objectivePercent: number | null
}

export interface AlertRuleView extends RuleSettings {
  id: AlertRuleId
  name: string
  /** What it watches, and how its figure is made. */
  meaning: string
  /** On which side of the threshold trouble is; `is` asks yes or no. */
  direction: 'above' | 'below' | 'is'
  unit: AlertUnit | null
  /** The names of its levels, mildest first. */
  levelNames: string[]
  version: number
  isDefault: boolean
  updatedBy: string | null
  updatedAt: string | null
  /** What it is without edits. */
  defaults: RuleSettings
}

export interface AlertView {
  id: string
  rule: AlertRuleId
  ruleName: string
  /** What it is about, such as `module:m` or `fleet`; with the rule it names one alert at a time. */
  subject: string
  moduleId: string | null
  severity: AlertSeverity
  state: AlertState
  title: string
  detail: string
  /** Where to deal with what it tells of. */
  href: string
  /** The figures that it was raised on, renewed while it lasts. */
  evidence: Record<string, Json>
  raisedAt: string
  /** When the trouble was first seen; before it was raised, when the rule waits. */
  since: string
  acknowledgedAt: string | null
  acknowledgedBy: string | null
  note: string | null
  /** The silence that covers it now. */
  silencedBy: { id: string; by: string; reason: string; endsAt: string; kind: Silence['kind'] } | null
  resolvedAt: string | null
}

/** One thing that happened to an alert. */
export interface AlertEntry {
  at: string
  kind: 'raised' | 'escalated' | 'eased' | 'acknowledged' | 'resolved'
  by: string
  severity: AlertSeverity | null
  note: string | null
}

export interface AlertDetail extends AlertView {
  /** Oldest first. */
  timeline: AlertEntry[]
}

export interface Silence {
  id: string
  kind: 'silence' | 'maintenance'
  rule: AlertRuleId | null
  severity: AlertSeverity | null
  moduleId: string | null
  startsAt: string
  endsAt: string
  reason: string
  by: string
  createdAt: string
  /** Set when somebody ended it early. */
  endedBy: string | null
  status: 'planned' | 'active' | 'over'
}

export interface AlertStats {
  /** Neither acknowledged nor silenced. */
  open: Record<AlertSeverity, number>
  acknowledged: number
  silenced: number
  resolvedLastDay: number
  /** Over the last seven days; null without any. */
  meanToAcknowledgeMs: number | null
  meanToResolveMs: number | null
  /** When the rules were last evaluated, and by which replica; null before the first time. */
  evaluatedAt: string | null
  evaluatedBy: string | null
}
