import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { ConfigurationSnapshot } from './configuration-snapshot.ts'
import { instanceIn, moduleIn } from './find-subject.ts'

/**
 * The change that takes another one back, given the configuration before it: applied after it, what it changed is as it was.
 * Throws when what it is about does not exist.
 */
export function invertChange(before: ConfigurationSnapshot, change: ConfigurationChange): ConfigurationChange {
  const { policy, flags, choice } = before
  switch (change.kind) {
    case 'instance_capacity':
      return { ...change, capacity: instanceIn(before, change.moduleId, change.instanceId).capacity }
    case 'instance_weight':
      return { ...change, weight: instanceIn(before, change.moduleId, change.instanceId).weight }
    case 'instance_count':
      return { ...change, count: moduleIn(before, change.moduleId).instances.length }
    case 'module_strategy':
      return { ...change, strategy: moduleIn(before, change.moduleId).strategy }
    case 'module_preference':
      return { ...change, preference: moduleIn(before, change.moduleId).preference }
    case 'module_enabled':
      return { ...change, enabled: moduleIn(before, change.moduleId).enabled }
    case 'module_breaker':
      return { ...change, breaker: moduleIn(before, change.moduleId).breaker }
    case 'module_retry':
      return { ...change, retry: moduleIn(before, change.moduleId).retry }
    case 'module_price':
      return { ...change, costPerHourUsd: moduleIn(before, change.moduleId).costPerHourUsd }
    case 'module_resources':
      return { ...change, resources: moduleIn(before, change.moduleId).resources }
    case 'module_dependencies':
      return { ...change, dependsOn: [...moduleIn(before, change.moduleId).dependsOn] }
    case 'module_limit':
      return { ...change, limit: entryOf(policy.moduleLimits, change.moduleId) }
    case 'type_priority':
      return { ...change, priority: entryOf(policy.priorities, change.taskType) }
    case 'type_multiplier':
      return { ...change, multiplier: entryOf(policy.multipliers, change.taskType) }
    case 'type_limit':
      return { ...change, limit: entryOf(policy.typeLimits, change.taskType) }
    case 'type_cap':
      return { ...change, cap: entryOf(policy.typeCaps, change.taskType) }
    case 'type_retry':
      return { ...change, retry: entryOf(policy.retries, change.taskType) }
    case 'type_pin':
      return { ...change, pinnedTo: entryOf(choice.pins, change.taskType) }
    case 'type_goal':
      return { ...change, goal: entryOf(choice.goals, change.taskType) }
    case 'exploration_rate':
      return { ...change, rate: choice.explorationRate }
    case 'tenant_limit':
      return { ...change, limit: policy.tenantLimit }
    case 'flag':
      return { ...change, isOn: flags[change.name] }
    default:
      return assertNever(change)
  }
}

/** Own entries only: a task type may be named `constructor`. */
function entryOf<Value>(map: Readonly<Record<string, Value>>, key: string): Value | null {
  return Object.hasOwn(map, key) ? (map[key] ?? null) : null
}
