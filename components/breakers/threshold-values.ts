import type { BreakerConfig } from '#server/contracts/modules.ts'
import { breakerConfigSchema } from '#server/contracts/modules.ts'

/** The rules as the form holds them: as typed, spans in seconds. A rule that is switched off keeps what was typed. */
export interface ThresholdValues {
  failureThreshold: string
  successThreshold: string
  openSeconds: string
  callTimeoutSeconds: string
  hasFailureRate: boolean
  failurePercent: string
  failureWindow: string
  failureMinimum: string
  hasSlowCalls: boolean
  slowSeconds: string
  slowPercent: string
  slowWindow: string
  slowMinimum: string
}

export type ThresholdField = Exclude<keyof ThresholdValues, 'hasFailureRate' | 'hasSlowCalls'>

/** Which field shows what is wrong with which part of the rules, and in which unit it is typed. */
const fields: Record<string, { name: ThresholdField; unit: 'seconds' | '' }> = {
  failureThreshold: { name: 'failureThreshold', unit: '' },
  successThreshold: { name: 'successThreshold', unit: '' },
  openMs: { name: 'openSeconds', unit: 'seconds' },
  callTimeoutMs: { name: 'callTimeoutSeconds', unit: 'seconds' },
  'failureRate.percent': { name: 'failurePercent', unit: '' },
  'failureRate.windowSeconds': { name: 'failureWindow', unit: '' },
  'failureRate.minimumCalls': { name: 'failureMinimum', unit: '' },
  'slowCalls.slowMs': { name: 'slowSeconds', unit: 'seconds' },
  'slowCalls.percent': { name: 'slowPercent', unit: '' },
  'slowCalls.windowSeconds': { name: 'slowWindow', unit: '' },
  'slowCalls.minimumCalls': { name: 'slowMinimum', unit: '' },
}

/** What a rule by rate starts with when it is switched on. */
const usualRate = { percent: 50, windowSeconds: 60, minimumCalls: 20 }
const usualSlowMs = 5_000

/** The rules as the form shows them. */
export function toValues(config: BreakerConfig): ThresholdValues {
  const failureRate = config.failureRate ?? usualRate
  const slowCalls = config.slowCalls ?? { ...usualRate, slowMs: Math.min(usualSlowMs, config.callTimeoutMs / 2) }
  return {
    failureThreshold: String(config.failureThreshold),
    successThreshold: String(config.successThreshold),
    openSeconds: String(config.openMs / 1_000),
    callTimeoutSeconds: String(config.callTimeoutMs / 1_000),
    hasFailureRate: config.failureRate !== null,
    failurePercent: String(failureRate.percent),
    failureWindow: String(failureRate.windowSeconds),
    failureMinimum: String(failureRate.minimumCalls),
    hasSlowCalls: config.slowCalls !== null,
    slowSeconds: String(slowCalls.slowMs / 1_000),
    slowPercent: String(slowCalls.percent),
    slowWindow: String(slowCalls.windowSeconds),
    slowMinimum: String(slowCalls.minimumCalls),
  }
}

export type ThresholdProblems = Partial<Record<ThresholdField, string>>

function readNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

function readSeconds(text: string): number {
  return Math.round(readNumber(text) * 1_000)
}

function toInput(values: ThresholdValues) {
  return {
    failureThreshold: readNumber(values.failureThreshold),
    successThreshold: readNumber(values.successThreshold),
    openMs: readSeconds(values.openSeconds),
    callTimeoutMs: readSeconds(values.callTimeoutSeconds),
    failureRate: values.hasFailureRate
      ? {
          percent: readNumber(values.failurePercent),
          windowSeconds: readNumber(values.failureWindow),
          minimumCalls: readNumber(values.failureMinimum),
        }
      : null,
    slowCalls: values.hasSlowCalls
      ? {
          slowMs: readSeconds(values.slowSeconds),
          percent: readNumber(values.slowPercent),
          windowSeconds: readNumber(values.slowWindow),
          minimumCalls: readNumber(values.slowMinimum),
        }
      : null,
  }
}

/** What was typed as rules, or what is wrong with each field, in words. The limits are those of the server. */
export function readValues(
  values: ThresholdValues,
): { config: BreakerConfig; problems: null } | { config: null; problems: ThresholdProblems } {
  const parsed = breakerConfigSchema.safeParse(toInput(values))
  if (parsed.success) return { config: parsed.data, problems: null }
  const problems: ThresholdProblems = {}
  for (const issue of parsed.error.issues) {
    const field = fields[issue.path.join('.')]
    if (field) problems[field.name] ??= describe(issue, field)
  }
  return { config: null, problems }
}

function describe(
  issue: { code: string; minimum?: unknown; maximum?: unknown },
  { name, unit }: { name: ThresholdField; unit: 'seconds' | '' },
): string {
  const limit = (value: unknown) => {
    const figure = unit === 'seconds' ? Number(value) / 1_000 : Number(value)
    return `${figure.toLocaleString('en-US')} ${unit}`.trim()
  }
  if (issue.code === 'too_small') return `At least ${limit(issue.minimum)}.`
  if (issue.code === 'too_big') return `At most ${limit(issue.maximum)}.`
  if (issue.code === 'custom' && name === 'slowSeconds') return 'Less than what a call may take.'
  return unit === 'seconds' ? 'A number of seconds.' : 'A whole number.'
}
