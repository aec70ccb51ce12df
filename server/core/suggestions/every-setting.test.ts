import { beforeEach, expect, test } from 'vitest'
import { type ConfigurationChange, configurationChangeSchema } from '../../contracts/configuration-changes.ts'
import { retryPolicySchema } from '../../contracts/modules.ts'
import { applyChange } from '../changes/apply-change.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { ann, registration } from '../registry/testing/builders.ts'
import type { Person } from '../shared/signed-in.ts'
import { moduleId, openStage, type Stage } from './testing/suggestion-stage.ts'

const taskType = `${moduleId}.run`
const retry = { ...retryPolicySchema.parse({}), maxAttempts: 7, retryOn: ['timeout', 'HTTP_409'] }
const rate = { percent: 40, windowSeconds: 90, minimumCalls: 30 }

let stage: Stage
let ada: Person

beforeEach(async () => {
  stage = await openStage()
  await stage.registry.register(ann, registration('other'))
  ada = stage.person('Ada', 'admin')
})

/** One of each kind that can be applied, made of what is there. */
function changesOf(present: ConfigurationSnapshot): ConfigurationChange[] {
  const module = present.modules.find(({ id }) => id === moduleId)!
  const instance = { moduleId, instanceId: module.instances[0]!.id }
  const rules = { failureRate: rate, slowCalls: { ...rate, slowMs: 2_500 } }
  return [
    { kind: 'instance_capacity', ...instance, capacity: 40 },
    { kind: 'instance_weight', ...instance, weight: 3 },
    { kind: 'module_strategy', moduleId, strategy: 'round_robin' },
    { kind: 'module_preference', moduleId, preference: 50 },
    { kind: 'module_enabled', moduleId, enabled: false },
    { kind: 'module_breaker', moduleId, breaker: { ...module.breaker, ...rules } },
    { kind: 'module_retry', moduleId, retry },
    { kind: 'module_price', moduleId, costPerHourUsd: 2.5 },
    { kind: 'module_resources', moduleId, resources: { cpu: 2, memoryMb: 512 } },
    { kind: 'module_dependencies', moduleId, dependsOn: ['other'] },
    { kind: 'module_limit', moduleId, limit: 4 },
    { kind: 'type_priority', taskType, priority: 9 },
    { kind: 'type_multiplier', taskType, multiplier: 2 },
    { kind: 'type_limit', taskType, limit: 5 },
    { kind: 'type_cap', taskType, cap: 6 },
    { kind: 'type_retry', taskType, retry: { ...retry, totalTimeoutMs: 60_000 } },
    { kind: 'type_pin', taskType, pinnedTo: moduleId },
    { kind: 'type_goal', taskType, goal: 'speed' },
    { kind: 'exploration_rate', rate: 0 },
    { kind: 'tenant_limit', limit: 8 },
    { kind: 'flag', name: 'cost_based_scheduling', isOn: true },
  ]
}

const kinds = configurationChangeSchema.options
  .map(option => option.shape.kind.value)
  .filter(kind => kind !== 'instance_count')

/** What is configured, without the versions and times of edits. */
function bare({ modules, policy, flags, choice }: ConfigurationSnapshot) {
  return {
    modules: modules.map(module => ({ ...module, configVersion: 0, updatedAt: 0, disabled: null })),
    policy: { ...policy, version: 0 },
    flags,
    choice: { ...choice, version: 0 },
  }
}

const configured = async () => bare(await stage.desk.snapshot('default'))

test.each(kinds)(
  '%s is proposed, approved, applied as it was simulated, and taken back to what was before',
  async kind => {
    const present = await stage.desk.snapshot('default')
    const change = changesOf(present).find(each => each.kind === kind)
    if (!change) throw new Error(`no example of ${kind}`)
    const before = await configured()
    const { id } = await stage.service.propose(stage.operator, {
      change,
      reason: 'The simulation shows a shorter wait.',
    })
    expect(await configured()).toEqual(before)
    await stage.service.approve(ada, { id, note: '' })
    await stage.service.apply(ada, { id, note: '' })
    expect(await configured()).toEqual(bare(applyChange(present, change)))
    expect(await configured()).not.toEqual(before)
    await stage.service.revert(ada, { id, reason: 'It was a rehearsal.' })
    expect(await configured()).toEqual(before)
  },
)

test('what the registry would refuse of modules that need each other is not even proposed', async () => {
  const needs = (id: string, dependsOn: string[]) =>
    stage.service.propose(stage.operator, {
      change: { kind: 'module_dependencies', moduleId: id, dependsOn },
      reason: 'They belong together.',
    })
  const { id } = await needs(moduleId, ['other'])
  await stage.service.approve(ada, { id, note: '' })
  await stage.service.apply(ada, { id, note: '' })
  await expect(needs('other', [moduleId])).rejects.toMatchObject({ code: 'DEPENDENCY_CYCLE' })
  await expect(needs(moduleId, ['nobody'])).rejects.toMatchObject({ code: 'DEPENDENCY_UNKNOWN' })
  const off = { kind: 'module_enabled' as const, moduleId: 'other', enabled: false }
  const proposal = stage.service.propose(stage.operator, { change: off, reason: 'It is idle.' })
  await expect(proposal).rejects.toMatchObject({ code: 'MODULE_REQUIRED', details: { requiredBy: [moduleId] } })
})
