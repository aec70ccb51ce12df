import type { ConfigurationChange } from '../../../contracts/configuration-changes.ts'
import { retryPolicySchema } from '../../../contracts/modules.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'

const retry = { ...retryPolicySchema.parse({}), maxAttempts: 7, retryOn: ['timeout', 'HTTP_409'] }
const rate = { percent: 40, windowSeconds: 90, minimumCalls: 30 }

/** One change of each kind, in the order of their schema; beside the module there has to be one with the id `other`. */
export function oneOfEach(module: ModuleRecord, taskType: string): ConfigurationChange[] {
  const moduleId = module.id
  const instance = { moduleId, instanceId: module.instances[0]?.id ?? '' }
  const rules = { failureRate: rate, slowCalls: { ...rate, slowMs: 2_500 } }
  return [
    { kind: 'instance_capacity', ...instance, capacity: 40 },
    { kind: 'instance_weight', ...instance, weight: 3 },
    { kind: 'instance_count', moduleId, count: 3 },
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
    { kind: 'exploration_rate', rate: 0.07 },
    { kind: 'tenant_limit', limit: 8 },
    { kind: 'flag', name: 'cost_based_scheduling', isOn: true },
  ]
}
