import { type ModuleView, type RetryPolicy, retryPolicySchema } from '#server/contracts/modules.ts'
import { type RuleLook, rateRules } from '../breakers/threshold-fields.ts'
import { readValues, type ThresholdValues, toValues } from '../breakers/threshold-values.ts'
import { backoffOptions, retryFigures, retryOnLook, totalLimitLook } from '../settings/retry-fields.ts'
import { type RetryFormValues, toTypeRetry, valuesOf } from '../settings/retry-form.ts'
import type { Setting, SettingField, SettingTarget, Values } from './setting.ts'

const onOff = (isOn: boolean) => (isOn ? 'on' : 'off')

/** The thresholds of a breaker as fields have them. */
function thresholdsOf({ breakerConfig }: ModuleView): Values {
  const { hasFailureRate, hasSlowCalls, ...figures } = toValues(breakerConfig)
  return { ...figures, hasFailureRate: onOff(hasFailureRate), hasSlowCalls: onOff(hasSlowCalls) }
}

function rateSetting({ flag, label, hint, fields }: RuleLook, look: Pick<Setting, 'label' | 'keywords'>): Setting {
  const figures = fields.map((field): SettingField => ({ ...field, input: 'figure', shownWith: flag }))
  return {
    ...look,
    group: 'Breakers',
    subject: 'module',
    fields: [{ name: flag, label, hint, input: 'switch' }, ...figures],
    present: ({ module }) => module && thresholdsOf(module),
    read: ({ module }, values) => {
      if (module === null) return null
      const { hasFailureRate, hasSlowCalls, ...typed } = { ...thresholdsOf(module), ...values }
      const rules = { hasFailureRate: hasFailureRate === 'on', hasSlowCalls: hasSlowCalls === 'on' }
      const { config, problems } = readValues({ ...typed, ...rules } as unknown as ThresholdValues)
      return config ? { change: { kind: 'module_breaker', moduleId: module.id, breaker: config } } : { problems }
    },
  }
}

const [failureRule, slowRule] = rateRules as readonly [RuleLook, RuleLook]

export const failureRate = rateSetting(failureRule, {
  label: 'Failure rate that opens a breaker',
  keywords: 'open by threshold percent share errors circuit window minimum',
})
export const slowCalls = rateSetting(slowRule, {
  label: 'Slow calls that open a breaker',
  keywords: 'open by threshold percent share latency circuit window minimum time-out',
})

const retryFields: readonly SettingField[] = [
  { name: 'backoff', label: 'Back-off', hint: '', input: backoffOptions },
  ...retryFigures.map((field): SettingField => ({ ...field, input: 'figure' })),
  { name: 'retryOn', ...retryOnLook, input: 'text', optional: true },
]
const retryWords = 'attempts back-off backoff delay exponential linear jitter errors'

const policyValues = (policy: RetryPolicy): Values => {
  const { type: _, ...values } = valuesOf('', policy)
  return { ...values }
}
const policyOf = (values: Values) => toTypeRetry({ ...values, type: '' } as unknown as RetryFormValues).policy
const retryFieldOf = (path: string) => path.replace(/^retry\.?/, '').replace(/\[\d+\]$/, '')

export const moduleRetry: Setting = {
  label: 'Retries of a module',
  group: 'Retries',
  keywords: retryWords,
  subject: 'module',
  fields: retryFields,
  present: ({ module }) => module && policyValues(module.retryPolicy),
  read: ({ module }, values) => {
    if (module === null) return null
    return { change: { kind: 'module_retry', moduleId: module.id, retry: policyOf({ ...values, totalTimeoutMs: '' }) } }
  },
  fieldOf: retryFieldOf,
}

const hasOwn = 'hasOwnPolicy'
const ofType = retryFields.map(field => ({ ...field, shownWith: hasOwn }))

export const typeRetry: Setting = {
  label: 'Retries of a task type',
  group: 'Retries',
  keywords: `${retryWords} total limit time-out`,
  subject: 'type',
  fields: [
    {
      name: hasOwn,
      label: 'A policy of its own',
      hint: 'Holds in place of what the modules of the type say.',
      input: 'switch',
    },
    ...ofType,
    { name: 'totalTimeoutMs', ...totalLimitLook, input: 'figure', optional: true, shownWith: hasOwn },
  ],
  present: presentTypeRetry,
  read: ({ taskType }, values) => {
    if (taskType === '') return null
    return { change: { kind: 'type_retry', taskType, retry: values[hasOwn] === 'on' ? policyOf(values) : null } }
  },
  fieldOf: retryFieldOf,
}

function presentTypeRetry({ taskType, typeRetry: own }: SettingTarget): Values | null {
  if (taskType === '' || own === undefined) return null
  return { ...policyValues(own ?? retryPolicySchema.parse({})), [hasOwn]: onOff(own !== null) }
}

export const resources: Setting = {
  label: 'Resources of a call',
  group: 'Modules',
  keywords: 'cpu cores memory MB',
  subject: 'module',
  fields: [
    {
      name: 'cpu',
      label: 'Cores',
      hint: 'Tasks that need more run elsewhere; 0 takes only tasks that ask for none.',
      input: 'figure',
    },
    { name: 'memoryMb', label: 'Memory', hint: 'MB', input: 'figure' },
  ],
  present: ({ module }) => module && { cpu: String(module.resources.cpu), memoryMb: String(module.resources.memoryMb) },
  read: ({ module }, { cpu = '', memoryMb = '' }) =>
    module && {
      change: {
        kind: 'module_resources',
        moduleId: module.id,
        resources: { cpu: figureOf(cpu), memoryMb: figureOf(memoryMb) },
      },
    },
  fieldOf: path => path.replace(/^resources\./, ''),
}

export const needs: Setting = {
  label: 'Modules that a module needs',
  group: 'Modules',
  keywords: 'dependencies depends on required',
  subject: 'module',
  fields: [
    {
      name: 'dependsOn',
      label: 'Needs',
      hint: 'Decides what can be enabled and disabled beside it; moves no work, so a simulation shows no difference.',
      input: 'modules',
      optional: true,
    },
  ],
  present: ({ module }) => module && { dependsOn: module.dependsOn.join(',') },
  read: ({ module }, { dependsOn = '' }) =>
    module && {
      change: {
        kind: 'module_dependencies',
        moduleId: module.id,
        dependsOn: dependsOn.split(',').filter(id => id !== ''),
      },
    },
  fieldOf: () => 'dependsOn',
}

/** NaN for an empty field: a figure is missing. */
function figureOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}
