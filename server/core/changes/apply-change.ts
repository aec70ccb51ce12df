import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { ConfigurationSnapshot } from './configuration-snapshot.ts'
import { instanceIn, moduleIn, requireCapable, requireType } from './find-subject.ts'
import { requireSoundNeeds } from './require-sound-needs.ts'

/**
 * The configuration as it would be with a change. Throws when what it is about does not exist, and what the registry would throw of
 * modules that need each other.
 */
export function applyChange(snapshot: ConfigurationSnapshot, change: ConfigurationChange): ConfigurationSnapshot {
  switch (change.kind) {
    case 'instance_capacity':
      return withInstance(snapshot, change, { capacity: change.capacity })
    case 'instance_weight':
      return withInstance(snapshot, change, { weight: change.weight })
    case 'instance_count':
      return withModule(snapshot, change.moduleId, module => ({ instances: ofCount(module, change.count) }))
    case 'module_strategy':
      return withModule(snapshot, change.moduleId, () => ({ strategy: change.strategy }))
    case 'module_preference':
      return withModule(snapshot, change.moduleId, () => ({ preference: change.preference }))
    case 'module_enabled':
      return withSoundModule(snapshot, change.moduleId, { enabled: change.enabled, disabled: null })
    case 'module_breaker':
      return withModule(snapshot, change.moduleId, () => ({ breaker: change.breaker }))
    case 'module_retry':
      return withModule(snapshot, change.moduleId, () => ({ retry: change.retry }))
    case 'module_price':
      return withModule(snapshot, change.moduleId, () => ({ costPerHourUsd: change.costPerHourUsd }))
    case 'module_resources':
      return withModule(snapshot, change.moduleId, () => ({ resources: change.resources }))
    case 'module_dependencies':
      return withSoundModule(snapshot, change.moduleId, { dependsOn: change.dependsOn })
    case 'module_limit':
      moduleIn(snapshot, change.moduleId)
      return withEntry(snapshot, 'moduleLimits', change.moduleId, change.limit)
    case 'type_priority':
      return withTypeEntry(snapshot, 'priorities', change.taskType, change.priority)
    case 'type_multiplier':
      return withTypeEntry(snapshot, 'multipliers', change.taskType, change.multiplier)
    case 'type_limit':
      return withTypeEntry(snapshot, 'typeLimits', change.taskType, change.limit)
    case 'type_cap':
      return withTypeEntry(snapshot, 'typeCaps', change.taskType, change.cap)
    case 'type_retry':
      return withTypeEntry(snapshot, 'retries', change.taskType, change.retry)
    case 'type_pin':
      if (change.pinnedTo !== null) requireCapable(snapshot, change.taskType, change.pinnedTo)
      return withChoice(snapshot, 'pins', change.taskType, change.pinnedTo)
    case 'type_goal':
      return withChoice(snapshot, 'goals', change.taskType, change.goal)
    case 'exploration_rate':
      return { ...snapshot, choice: { ...snapshot.choice, explorationRate: change.rate } }
    case 'tenant_limit':
      return { ...snapshot, policy: { ...snapshot.policy, tenantLimit: change.limit } }
    case 'flag':
      return { ...snapshot, flags: { ...snapshot.flags, [change.name]: change.isOn } }
    default:
      return assertNever(change)
  }
}

type EntryMap = 'priorities' | 'multipliers' | 'typeLimits' | 'moduleLimits' | 'typeCaps' | 'retries'

function withTypeEntry(
  snapshot: ConfigurationSnapshot,
  map: EntryMap,
  taskType: string,
  value: unknown,
): ConfigurationSnapshot {
  requireType(snapshot, taskType)
  return withEntry(snapshot, map, taskType, value)
}

function withEntry(snapshot: ConfigurationSnapshot, map: EntryMap, key: string, value: unknown): ConfigurationSnapshot {
  return { ...snapshot, policy: { ...snapshot.policy, [map]: entriesWith(snapshot.policy[map], key, value) } }
}

function withChoice(
  snapshot: ConfigurationSnapshot,
  map: 'pins' | 'goals',
  taskType: string,
  value: string | null,
): ConfigurationSnapshot {
  requireType(snapshot, taskType)
  return { ...snapshot, choice: { ...snapshot.choice, [map]: entriesWith(snapshot.choice[map], taskType, value) } }
}

/** Null takes the entry away. */
function entriesWith(entries: Readonly<Record<string, unknown>>, key: string, value: unknown): Record<string, unknown> {
  const others = Object.entries(entries).filter(([name]) => name !== key)
  return Object.fromEntries(value === null ? others : [...others, [key, value]])
}

function withModule(
  snapshot: ConfigurationSnapshot,
  moduleId: string,
  edit: (module: ModuleRecord) => Partial<ModuleRecord>,
): ConfigurationSnapshot {
  const before = moduleIn(snapshot, moduleId)
  const after = { ...before, ...edit(before) }
  return { ...snapshot, modules: snapshot.modules.map(module => (module === before ? after : module)) }
}

/** An edit that what modules need of each other has to allow. */
function withSoundModule(
  snapshot: ConfigurationSnapshot,
  moduleId: string,
  edit: Partial<ModuleRecord>,
): ConfigurationSnapshot {
  const changed = withModule(snapshot, moduleId, () => edit)
  requireSoundNeeds(changed, moduleId)
  return changed
}

function withInstance(
  snapshot: ConfigurationSnapshot,
  { moduleId, instanceId }: { moduleId: string; instanceId: string },
  edit: Partial<InstanceRecord>,
): ConfigurationSnapshot {
  const before = instanceIn(snapshot, moduleId, instanceId)
  return withModule(snapshot, moduleId, ({ instances }) => ({
    instances: instances.map(instance => (instance === before ? { ...before, ...edit } : instance)),
  }))
}

/** More are like the first one; a module without any gets the usual ones. */
function ofCount({ id, version, instances, registeredAt }: ModuleRecord, count: number): InstanceRecord[] {
  const kept = instances.slice(0, count)
  const usual = { capacity: 10, weight: 1, version, registeredAt, inRotationSince: registeredAt, out: null }
  for (let number = kept.length + 1; number <= count; number++) {
    const own = { id: `${id}-assumed-${number}`, endpoint: `assumed://${id}/${number}` }
    kept.push({ ...(instances[0] ?? usual), ...own })
  }
  return kept
}
