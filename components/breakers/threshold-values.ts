import type { BreakerConfig } from '#server/contracts/modules.ts'
import { breakerConfigSchema } from '#server/contracts/modules.ts'

/** The thresholds as the form holds them: as typed, spans in seconds. */
export interface ThresholdValues {
  failureThreshold: string
  successThreshold: string
  openSeconds: string
  callTimeoutSeconds: string
}

const sources = {
  failureThreshold: 'failureThreshold',
  successThreshold: 'successThreshold',
  openMs: 'openSeconds',
  callTimeoutMs: 'callTimeoutSeconds',
} as const satisfies Record<keyof BreakerConfig, keyof ThresholdValues>

/** Thresholds as the form shows them. */
export function toValues(config: BreakerConfig): ThresholdValues {
  return {
    failureThreshold: String(config.failureThreshold),
    successThreshold: String(config.successThreshold),
    openSeconds: String(config.openMs / 1_000),
    callTimeoutSeconds: String(config.callTimeoutMs / 1_000),
  }
}

export type ThresholdProblems = Partial<Record<keyof ThresholdValues, string>>

function readNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

/** What was typed as thresholds, or what is wrong with each field, in words. The limits are those of the server. */
export function readValues(
  values: ThresholdValues,
): { config: BreakerConfig; problems: null } | { config: null; problems: ThresholdProblems } {
  const parsed = breakerConfigSchema.safeParse({
    failureThreshold: readNumber(values.failureThreshold),
    successThreshold: readNumber(values.successThreshold),
    openMs: Math.round(readNumber(values.openSeconds) * 1_000),
    callTimeoutMs: Math.round(readNumber(values.callTimeoutSeconds) * 1_000),
  })
  if (parsed.success) return { config: parsed.data, problems: null }
  const problems: ThresholdProblems = {}
  for (const issue of parsed.error.issues) {
    const field = issue.path[0] as keyof BreakerConfig
    problems[sources[field]] ??= describe(issue, field.endsWith('Ms') ? 'seconds' : '')
  }
  return { config: null, problems }
}

function describe(issue: { code: string; minimum?: unknown; maximum?: unknown }, unit: string): string {
  const limit = (value: unknown) => {
    const figure = unit === 'seconds' ? Number(value) / 1_000 : Number(value)
    return `${figure.toLocaleString('en-US')} ${unit}`.trim()
  }
  if (issue.code === 'too_small') return `At least ${limit(issue.minimum)}.`
  if (issue.code === 'too_big') return `At most ${limit(issue.maximum)}.`
  return unit === 'seconds' ? 'A number of seconds.' : 'A whole number.'
}
