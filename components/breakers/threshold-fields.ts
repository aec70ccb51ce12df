import type { ThresholdField, ThresholdValues } from './threshold-values.ts'

export interface FieldLook {
  name: ThresholdField
  label: string
  hint: string
}

/** What holds for every breaker. */
export const basicFields: readonly FieldLook[] = [
  { name: 'failureThreshold', label: 'Opens after', hint: 'failures in a row' },
  { name: 'successThreshold', label: 'Closes after', hint: 'successful probes in a row' },
  { name: 'openSeconds', label: 'Stays open for', hint: 'seconds, then probes' },
  { name: 'callTimeoutSeconds', label: 'A call may take', hint: 'seconds, then counts as failed' },
]

export interface RuleLook {
  /** Whether the rule is on. */
  flag: 'hasFailureRate' | 'hasSlowCalls'
  label: string
  hint: string
  fields: readonly FieldLook[]
}

/** The rules by rate, each to be switched on. */
export const rateRules: readonly RuleLook[] = [
  {
    flag: 'hasFailureRate',
    label: 'Open by failure rate',
    hint: 'When too many calls fail, also with good ones in between.',
    fields: [
      { name: 'failurePercent', label: 'Failing calls', hint: '% or more' },
      { name: 'failureWindow', label: 'Failures within', hint: 'seconds' },
      { name: 'failureMinimum', label: 'Failures of at least', hint: 'calls' },
    ],
  },
  {
    flag: 'hasSlowCalls',
    label: 'Open by slow calls',
    hint: 'When too many calls are slow, though they succeed. A slow probe then fails.',
    fields: [
      { name: 'slowSeconds', label: 'Slow from', hint: 'seconds' },
      { name: 'slowPercent', label: 'Slow calls', hint: '% or more' },
      { name: 'slowWindow', label: 'Slow calls within', hint: 'seconds' },
      { name: 'slowMinimum', label: 'Slow calls of at least', hint: 'calls' },
    ],
  },
]

/** What differs between two sets of rules, in the words of the form. */
export function differencesBetween(
  before: ThresholdValues,
  after: ThresholdValues,
): { label: string; before: string; after: string }[] {
  const switches = rateRules.flatMap(({ flag, label }) =>
    before[flag] === after[flag] ? [] : [{ label, before: onOff(before[flag]), after: onOff(after[flag]) }],
  )
  const active = rateRules.filter(({ flag }) => before[flag] && after[flag]).flatMap(({ fields }) => fields)
  const figures = [...basicFields, ...active].flatMap(({ name, label }) =>
    before[name] === after[name] ? [] : [{ label, before: before[name], after: after[name] }],
  )
  return [...switches, ...figures]
}

function onOff(isOn: boolean): string {
  return isOn ? 'on' : 'off'
}
