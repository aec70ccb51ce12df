import { describe, expect, test } from 'vitest'
import { type ConfigurationChange, configurationChangeSchema } from '../../contracts/configuration-changes.ts'
import { retryPolicySchema } from '../../contracts/modules.ts'
import { defaultQueuePolicy } from '../queue/priority.ts'
import { moduleRecord } from '../registry/testing/builders.ts'
import { applyChange } from './apply-change.ts'
import type { ConfigurationSnapshot } from './configuration-snapshot.ts'
import { describeChange } from './describe-change.ts'
import { invertChange } from './invert-change.ts'
import { oneOfEach } from './testing/one-of-each.ts'

const text = moduleRecord('text')
const moduleId = 'text'
const taskType = 'text.run'
const snapshot: ConfigurationSnapshot = {
  tenantId: 'default',
  modules: [text, moduleRecord('other'), moduleRecord('mute', { capabilities: [] })],
  policy: { version: 1, ...defaultQueuePolicy, priorities: { [taskType]: 3 } },
  flags: {
    cost_based_scheduling: false,
    critical_path_analysis: true,
    dag_optimization: true,
    predictive_scaling: false,
  },
  choice: { version: 0, explorationRate: 0, pins: {}, goals: {} },
  concurrency: 10,
  queueCapacity: 100,
  taskTimeoutMs: 1_000,
  evidence: [],
}
const retry = { ...retryPolicySchema.parse({}), maxAttempts: 7 }

const changes = oneOfEach(text, taskType)

test('every kind of change is in the list of these tests', () => {
  const kinds = configurationChangeSchema.options.map(option => option.shape.kind.value)
  expect(changes.map(({ kind }) => kind)).toEqual(kinds)
})

describe.each(changes.map(change => [change.kind, change] as const))('%s', (_kind, change) => {
  test('is valid as a value, changes the configuration and leaves the given one as it was', () => {
    const before = structuredClone(snapshot)
    expect(configurationChangeSchema.parse(change)).toEqual(change)
    expect(applyChange(snapshot, change)).not.toEqual(before)
    expect(snapshot).toEqual(before)
  })

  test('is taken back by its inverse, whose own inverse is the change', () => {
    const changed = applyChange(snapshot, change)
    const inverse = invertChange(snapshot, change)
    expect(applyChange(changed, inverse)).toEqual(snapshot)
    expect(invertChange(changed, inverse)).toEqual(change)
  })

  test('is described with the value now and the one to come', () => {
    const { subject, from, to } = describeChange(snapshot, change)
    expect(subject).not.toBe('')
    expect(from).not.toBe(to)
  })
})

describe('a change of what does not exist is refused, with what to do', () => {
  test.each([
    ['MODULE_NOT_FOUND', { kind: 'module_enabled', moduleId: 'nobody', enabled: false }],
    ['MODULE_NOT_FOUND', { kind: 'module_limit', moduleId: 'nobody', limit: 1 }],
    ['MODULE_NOT_FOUND', { kind: 'type_pin', taskType, pinnedTo: 'nobody' }],
    ['MODULE_CANNOT_RUN_TYPE', { kind: 'type_pin', taskType, pinnedTo: 'mute' }],
    ['INSTANCE_NOT_FOUND', { kind: 'instance_weight', moduleId, instanceId: 'gone', weight: 1 }],
    ['TASK_TYPE_UNKNOWN', { kind: 'type_cap', taskType: 'nothing.known', cap: 1 }],
  ] as const)('%s', (code, change) => {
    expect(() => applyChange(snapshot, change)).toThrow(expect.objectContaining({ code }))
  })
})

test('of a breaker and of retries only what differs is described', () => {
  const breaker = { ...text.breaker, openMs: 5_000, failureRate: { percent: 40, windowSeconds: 60, minimumCalls: 20 } }
  expect(describeChange(snapshot, { kind: 'module_breaker', moduleId, breaker })).toEqual({
    subject: 'Breaker of Module text',
    from: 'open for: 1 min, share of failures: none',
    to: 'open for: 5 s, share of failures: 40 % of 20 calls or more within 1 min',
  })
})

test('parts of a setting that come in another order are the same, and one that is taken away is named', () => {
  const rate = { percent: 40, windowSeconds: 90, minimumCalls: 20 }
  const slowCalls = { ...rate, slowMs: 2_500 }
  const guarded = applyChange(snapshot, {
    kind: 'module_breaker',
    moduleId,
    breaker: { ...text.breaker, failureRate: rate },
  })
  const turned = { minimumCalls: 20, windowSeconds: 90, percent: 40 }
  const breaker = { ...text.breaker, failureRate: turned, slowCalls }
  expect(describeChange(guarded, { kind: 'module_breaker', moduleId, breaker })).toMatchObject({
    from: 'share of slow calls: none',
    to: 'share of slow calls: 40 % of 20 calls or more within 90 s taking 2500 ms or longer',
  })
  const limited = applyChange(snapshot, { kind: 'type_retry', taskType, retry: { ...retry, totalTimeoutMs: 60_000 } })
  expect(describeChange(limited, { kind: 'type_retry', taskType, retry })).toMatchObject({
    from: 'in all: 1 min',
    to: 'in all: none',
  })
})

describe('what modules need of each other decides here as it does in the registry', () => {
  const needing = applyChange(snapshot, { kind: 'module_dependencies', moduleId: 'other', dependsOn: [moduleId] })
  const withoutText = applyChange(snapshot, { kind: 'module_enabled', moduleId, enabled: false })

  test.each([
    ['MODULE_REQUIRED', needing, { kind: 'module_enabled', moduleId, enabled: false }],
    ['DEPENDENCY_CYCLE', needing, { kind: 'module_dependencies', moduleId, dependsOn: ['other'] }],
    ['DEPENDENCY_UNKNOWN', snapshot, { kind: 'module_dependencies', moduleId, dependsOn: ['nobody'] }],
    ['MODULE_NEEDS_DISABLED', withoutText, { kind: 'module_dependencies', moduleId: 'other', dependsOn: [moduleId] }],
  ] as const)('%s', (code, present, change) => {
    expect(() => applyChange(present, change as ConfigurationChange)).toThrow(expect.objectContaining({ code }))
  })

  test('what nobody needs any more may be tried without', () => {
    const freed = applyChange(needing, { kind: 'module_dependencies', moduleId: 'other', dependsOn: [] })
    const off = applyChange(freed, { kind: 'module_enabled', moduleId, enabled: false })
    expect(off.modules.find(({ id }) => id === moduleId)?.enabled).toBe(false)
  })
})
