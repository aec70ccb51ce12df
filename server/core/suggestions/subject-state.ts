import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { ChoicePolicyView } from '../../contracts/learning.ts'
import type { Flags } from '../../contracts/settings.ts'
import type { Drift } from '../../contracts/suggestions.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { moduleIn } from '../changes/find-subject.ts'
import type { QueuePolicy } from '../queue/priority.ts'
import { configurationOf } from '../registry/module-change.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import { assertNever } from '../shared/assert-never.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { Digest } from './suggestion-record.ts'

/** The part of the configuration that one change is about, as it is committed. */
export type ConfigurationPart =
  | { of: 'module'; module: ModuleRecord }
  | { of: 'policy'; policy: QueuePolicy }
  | { of: 'flags'; flags: Flags }
  | { of: 'choice'; choice: ChoicePolicyView }

/** Throws MODULE_NOT_FOUND. */
export function partOf(snapshot: ConfigurationSnapshot, change: ConfigurationChange): ConfigurationPart {
  switch (change.kind) {
    case 'instance_capacity':
    case 'instance_weight':
    case 'instance_count':
    case 'module_strategy':
    case 'module_preference':
    case 'module_enabled':
    case 'module_breaker':
    case 'module_retry':
    case 'module_price':
    case 'module_resources':
    case 'module_dependencies':
      return { of: 'module', module: moduleIn(snapshot, change.moduleId) }
    case 'module_limit':
    case 'type_priority':
    case 'type_multiplier':
    case 'type_limit':
    case 'type_cap':
    case 'type_retry':
    case 'tenant_limit':
      return { of: 'policy', policy: snapshot.policy }
    case 'type_pin':
    case 'type_goal':
    case 'exploration_rate':
      return { of: 'choice', choice: snapshot.choice }
    case 'flag':
      return { of: 'flags', flags: snapshot.flags }
    default:
      return assertNever(change)
  }
}

/**
 * Everything that an approval of `change` stands on, by name, as text: of a module its configuration with its version, whether it is
 * enabled, and its instances; of the queue policy what concerns the type or module, and every limit that stands above it; all
 * flags; of how services are chosen what concerns the type, and how often others are explored. Other edits leave an approval alone.
 */
export function subjectState(part: ConfigurationPart, change: ConfigurationChange): Record<string, string> {
  switch (part.of) {
    case 'module':
      return moduleState(part.module)
    case 'policy':
      return policyState(part.policy, change)
    case 'flags':
      return texts(part.flags)
    case 'choice':
      return choiceState(part.choice, change)
    default:
      return assertNever(part)
  }
}

export function hashState(state: Record<string, string>, digest: Digest): string {
  return digest(canonicalJson(state))
}

/** Of one text of the configuration; longer ones are cut. */
const keptText = 300

/**
 * The state as an approval keeps it, to say later what has changed: long texts are cut, with a digest of the whole, so that those
 * that differ further on differ still.
 */
export function briefState(state: Record<string, string>, digest: Digest): Record<string, string> {
  const brief = (text: string) =>
    text.length <= keptText ? text : `${text.slice(0, keptText)}… (${digest(text).slice(0, 12)})`
  return Object.fromEntries(Object.entries(state).map(([name, text]) => [name, brief(text)]))
}

/** What is not as it was, of two brief states, named alike on both sides. */
export function driftBetween(approved: Record<string, string>, present: Record<string, string>): Drift[] {
  const names = [...new Set([...Object.keys(approved), ...Object.keys(present)])]
  return names.flatMap(what => {
    const [was, is] = [approved[what] ?? 'not there', present[what] ?? 'not there']
    return was === is ? [] : [{ what, approved: was, present: is }]
  })
}

function moduleState(module: ModuleRecord): Record<string, string> {
  const instances = module.instances.map(({ id, capacity, weight, version, out }) => [
    `instance ${id}`,
    `capacity ${capacity}, weight ${weight}, version ${version}${out === null ? '' : ', out of rotation'}`,
  ])
  return {
    'configuration version': String(module.configVersion),
    enabled: module.enabled ? 'yes' : 'no',
    ...texts(configurationOf(module)),
    ...(Object.fromEntries(instances) as Record<string, string>),
  }
}

function policyState(policy: QueuePolicy, change: ConfigurationChange): Record<string, string> {
  const limit = { 'limit of everything together': textOf(policy.tenantLimit) }
  if ('taskType' in change) {
    const { taskType } = change
    return {
      ...limit,
      [`priority of ${taskType}`]: textOf(entryOf(policy.priorities, taskType)),
      [`multiplier of ${taskType}`]: textOf(entryOf(policy.multipliers, taskType)),
      [`limit of ${taskType}`]: textOf(entryOf(policy.typeLimits, taskType)),
      [`cap of ${taskType}`]: textOf(entryOf(policy.typeCaps, taskType)),
      [`retries of ${taskType}`]: textOf(entryOf(policy.retries, taskType)),
    }
  }
  if ('moduleId' in change) {
    return { ...limit, [`limit of ${change.moduleId}`]: textOf(entryOf(policy.moduleLimits, change.moduleId)) }
  }
  return { ...limit, 'limits of types': textOf(policy.typeLimits), 'limits of modules': textOf(policy.moduleLimits) }
}

function choiceState(
  { explorationRate, pins, goals }: ChoicePolicyView,
  change: ConfigurationChange,
): Record<string, string> {
  const rate = { 'share of decisions that explore': textOf(explorationRate) }
  if (!('taskType' in change)) return { ...rate, pins: textOf(pins), goals: textOf(goals) }
  const { taskType } = change
  return {
    ...rate,
    [`pin of ${taskType}`]: textOf(entryOf(pins, taskType)),
    [`goal of ${taskType}`]: textOf(entryOf(goals, taskType)),
  }
}

function texts(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? 'none' : canonicalJson(value)
}

/** Own entries only: a task type may be named `constructor`. */
function entryOf(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : null
}
