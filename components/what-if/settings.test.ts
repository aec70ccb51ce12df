import { describe, expect, test } from 'vitest'
import { configurationChangeSchema } from '#server/contracts/configuration-changes.ts'
import { breakerConfigSchema, type ModuleView, retryPolicySchema } from '#server/contracts/modules.ts'
import { requestOf, type Setting, type SettingTarget, settings, type Trial, trials } from './settings.ts'
import { formatDifference } from './words.ts'

const module = {
  id: 'reader',
  breakerConfig: breakerConfigSchema.parse({}),
  retryPolicy: retryPolicySchema.parse({}),
} as ModuleView
const chosen: SettingTarget = { module, instanceId: 'one', taskType: 'text.read' }
const nothing: SettingTarget = { module: null, instanceId: '', taskType: '' }

const validValue = (trial: Trial) => {
  const input = trial === 'load' ? null : (settings[trial] as Setting).input
  return input?.kind === 'choice' ? (input.options[0]?.value ?? '') : trial === 'openMs' ? '5000' : '10'
}

describe.each(trials)('%s', trial => {
  test('with a target and a value makes a request that the server takes', () => {
    const request = requestOf(trial, chosen, validValue(trial), 24)
    expect(request?.windowHours).toBe(24)
    if (trial === 'load') expect(request?.load).toEqual({ factor: 10 })
    else expect(configurationChangeSchema.safeParse(request?.changes[0])).toMatchObject({ success: true })
  })

  test('makes none while what it is about is not chosen', () => {
    const needsTarget = trial !== 'load' && (settings[trial] as Setting).subject !== 'all'
    expect(requestOf(trial, nothing, validValue(trial), 24) === null).toBe(needsTarget)
  })
})

test('an empty value takes a limit away, and is no value anywhere else', () => {
  expect(requestOf('moduleLimit', chosen, '', 1)?.changes).toEqual([
    { kind: 'module_limit', moduleId: 'reader', limit: null },
  ])
  expect(requestOf('capacity', chosen, '', 1)).toBeNull()
  expect(requestOf('load', chosen, '0', 1)).toBeNull()
})

test('a pin names the module, or takes the pin away; the share that explores is given in percent', () => {
  const changeOf = (trial: Trial, value: string) => requestOf(trial, chosen, value, 1)?.changes[0]
  expect(changeOf('pin', 'on')).toEqual({ kind: 'type_pin', taskType: 'text.read', pinnedTo: 'reader' })
  expect(changeOf('pin', 'off')).toEqual({ kind: 'type_pin', taskType: 'text.read', pinnedTo: null })
  expect(changeOf('goal', 'balanced')).toEqual({ kind: 'type_goal', taskType: 'text.read', goal: null })
  expect(changeOf('exploration', '5')).toEqual({ kind: 'exploration_rate', rate: 0.05 })
  expect(requestOf('pin', { ...chosen, taskType: '' }, 'on', 1)).toBeNull()
})

test('a threshold is changed with all others as they are', () => {
  expect(requestOf('failureThreshold', chosen, '9', 1)?.changes).toEqual([
    { kind: 'module_breaker', moduleId: 'reader', breaker: { ...module.breakerConfig, failureThreshold: 9 } },
  ])
})

test('a difference always has its sign', () => {
  expect(formatDifference('wait_mean', -1_500)).toMatch(/^−1\.5/)
  expect(formatDifference('failure_share', 0.02)).toMatch(/^\+2/)
})
