import { describe, expect, test } from 'vitest'
import { breakerConfigSchema, type ModuleView, retryPolicySchema } from '#server/contracts/modules.ts'
import { type FormState, fieldsOf, probeOf, readForm, valuesIn } from './read-form.ts'
import type { SettingTarget, Values } from './setting.ts'
import { settingGroups } from './setting-groups.ts'
import { settings } from './settings.ts'
import { type Trial, trials } from './trials.ts'
import { readTyped, writeTyped } from './typed-text.ts'
import { formatDifference } from './words.ts'

const module = {
  id: 'reader',
  costPerHourUsd: 1,
  resources: { cpu: 1, memoryMb: 64 },
  dependsOn: ['store'],
  breakerConfig: breakerConfigSchema.parse({}),
  retryPolicy: retryPolicySchema.parse({}),
} as unknown as ModuleView
const chosen: SettingTarget = { module, instanceId: 'one', taskType: 'text.read', typeRetry: null }
const nothing: SettingTarget = { module: null, instanceId: '', taskType: '', typeRetry: undefined }

const typedFor: Partial<Record<Trial, Values>> = {
  openMs: { value: '5000' },
  resources: { cpu: '2' },
  needs: { dependsOn: 'store,index' },
  failureRate: { hasFailureRate: 'on' },
  slowCalls: { hasSlowCalls: 'on', slowSeconds: '2' },
  moduleRetry: { maxAttempts: '2' },
  typeRetry: { hasOwnPolicy: 'on' },
}
const typedOf = (trial: Trial): Values => {
  const given = typedFor[trial]
  if (given) return given
  const [field] = fieldsOf(trial, {})
  return { value: typeof field?.input === 'object' ? (field.input[0]?.value ?? '') : '10' }
}

const read = (trial: Trial, typed: Values, edit: Partial<FormState> = {}) =>
  readForm({ trial, target: chosen, typed, windowHours: 24, ...edit })
const changeOf = (trial: Trial, typed: Values, target = chosen) => {
  const reading = read(trial, typed, { target })
  return reading.kind === 'ready' ? reading.request.changes[0] : reading
}
const problemsOf = (trial: Trial, typed: Values) => {
  const reading = read(trial, typed)
  return reading.kind === 'wrong' ? reading.problems : reading
}

describe.each(trials)('%s', trial => {
  test('with a target and a value makes a request that the server takes', () => {
    const reading = read(trial, typedOf(trial))
    expect(reading).toMatchObject({ kind: 'ready', request: { windowHours: 24 } })
  })

  test('makes none while what it is about is not chosen', () => {
    const needsTarget = trial !== 'load' && settings[trial].subject !== 'all'
    expect(read(trial, typedOf(trial), { target: nothing }).kind === 'incomplete').toBe(needsTarget)
  })

  test('makes none while nothing is typed, unless an empty field takes a limit away', () => {
    const takesAway = trial !== 'load' && settings[trial].fields[0]?.optional && !settings[trial].present
    expect(read(trial, {}).kind === 'incomplete').toBe(takesAway !== true)
  })

  test('keeps what was typed in the URL, and is found in the list by its name', () => {
    const hasManyFields = trial !== 'load' && settings[trial].present !== undefined
    expect(readTyped(writeTyped(typedOf(trial), hasManyFields), hasManyFields)).toEqual(typedOf(trial))
    const listed = settingGroups.flatMap(({ options }) => options.filter(({ value }) => value === trial))
    expect(listed).toEqual([expect.objectContaining({ label: expect.stringMatching(/\w/) })])
  })

  test('asks what is set now before anything is typed, where the fields do not show it', () => {
    const hasOneFigure = trial !== 'load' && settings[trial].present === undefined
    expect(probeOf({ trial, target: chosen, typed: {}, windowHours: 1 }) !== null).toBe(hasOneFigure)
  })
})

test('an empty value takes a limit away', () => {
  expect(changeOf('moduleLimit', {})).toEqual({ kind: 'module_limit', moduleId: 'reader', limit: null })
})

test('what the server would refuse is said beside the field that it is about', () => {
  expect(problemsOf('capacity', { value: '0' })).toEqual({ value: 'must be at least 1' })
  expect(problemsOf('capacity', { value: 'many' })).toEqual({ value: 'must be a number' })
  expect(problemsOf('load', { value: '0' })).toEqual({ value: 'must be at least 0.1' })
  expect(problemsOf('resources', { cpu: '', memoryMb: '1.5' })).toMatchObject({
    cpu: 'must be a number',
    memoryMb: expect.stringContaining('whole'),
  })
  expect(problemsOf('failureRate', { hasFailureRate: 'on', failurePercent: '101' })).toEqual({
    failurePercent: 'At most 100.',
  })
  expect(problemsOf('slowCalls', { hasSlowCalls: 'on', slowSeconds: '30' })).toEqual({
    slowSeconds: 'Less than what a call may take.',
  })
  expect(problemsOf('moduleRetry', { maxAttempts: '0', retryOn: 'a b!' })).toEqual({
    maxAttempts: 'must be at least 1',
    retryOn: expect.stringContaining('must be a class or a code'),
  })
  expect(problemsOf('typeRetry', { hasOwnPolicy: 'on', totalTimeoutMs: '1' })).toMatchObject({
    totalTimeoutMs: expect.stringContaining('at least'),
  })
})

test('a pin names the module, or takes the pin away; the share that explores is given in percent', () => {
  expect(changeOf('pin', { value: 'on' })).toEqual({ kind: 'type_pin', taskType: 'text.read', pinnedTo: 'reader' })
  expect(changeOf('pin', { value: 'off' })).toEqual({ kind: 'type_pin', taskType: 'text.read', pinnedTo: null })
  expect(changeOf('goal', { value: 'balanced' })).toEqual({ kind: 'type_goal', taskType: 'text.read', goal: null })
  expect(changeOf('exploration', { value: '5' })).toEqual({ kind: 'exploration_rate', rate: 0.05 })
  expect(read('pin', { value: 'on' }, { target: { ...chosen, taskType: '' } }).kind).toBe('incomplete')
})

test('one part of several is changed with all others as they are', () => {
  expect(changeOf('failureThreshold', { value: '9' })).toEqual({
    kind: 'module_breaker',
    moduleId: 'reader',
    breaker: { ...module.breakerConfig, failureThreshold: 9 },
  })
  expect(changeOf('slowCalls', { hasSlowCalls: 'on', slowSeconds: '2', slowMinimum: '5' })).toEqual({
    kind: 'module_breaker',
    moduleId: 'reader',
    breaker: {
      ...module.breakerConfig,
      slowCalls: { slowMs: 2_000, percent: 50, windowSeconds: 60, minimumCalls: 5 },
    },
  })
  expect(changeOf('moduleRetry', { retryOn: '' })).toEqual({
    kind: 'module_retry',
    moduleId: 'reader',
    retry: { ...module.retryPolicy, retryOn: [] },
  })
  expect(changeOf('resources', { memoryMb: '128' })).toMatchObject({ resources: { cpu: 1, memoryMb: 128 } })
  expect(changeOf('needs', { dependsOn: '' })).toMatchObject({ dependsOn: [] })
})

test('a type gets retries of its own, or those of its modules again', () => {
  const own = { ...retryPolicySchema.parse({}), totalTimeoutMs: 60_000 }
  const target = { ...chosen, typeRetry: own }
  expect(changeOf('typeRetry', { hasOwnPolicy: 'off' }, target)).toEqual({
    kind: 'type_retry',
    taskType: 'text.read',
    retry: null,
  })
  expect(changeOf('typeRetry', { maxAttempts: '9' }, target)).toMatchObject({ retry: { ...own, maxAttempts: 9 } })
  expect(read('typeRetry', {}, { target })).toMatchObject({ reason: 'Nothing differs from what is set now.' })
})

test('the figures of a rule are shown while it is on', () => {
  const shown = (typed: Values) =>
    fieldsOf('failureRate', valuesIn(settings.failureRate, chosen, typed) ?? {}).map(({ name }) => name)
  expect(shown({})).toEqual(['hasFailureRate'])
  expect(shown({ hasFailureRate: 'on' })).toEqual([
    'hasFailureRate',
    'failurePercent',
    'failureWindow',
    'failureMinimum',
  ])
})

test('a difference always has its sign', () => {
  expect(formatDifference('wait_mean', -1_500)).toMatch(/^−1\.5/)
  expect(formatDifference('failure_share', 0.02)).toMatch(/^\+2/)
  expect(formatDifference('cost_usd_per_hour', -3.4)).toBe('−$3.40')
  expect(formatDifference('cost_usd_per_task', 0.00000123)).toBe('+$0.0000012')
})
