import type { ChangeDescription, ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { BreakerRateRule } from '../../contracts/modules.ts'
import { describeResources } from '../../contracts/resources.ts'
import { describeSetDuration } from '../resilience/describe-duration.ts'
import { assertNever } from '../shared/assert-never.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { ConfigurationSnapshot } from './configuration-snapshot.ts'
import { moduleIn, requireCapable } from './find-subject.ts'
import { invertChange } from './invert-change.ts'

/** A change in words, with the value that the configuration has now. Throws when what it is about does not exist. */
export function describeChange(snapshot: ConfigurationSnapshot, change: ConfigurationChange): ChangeDescription {
  const before = invertChange(snapshot, change)
  const subject = subjectOf(snapshot, change)
  if (change.kind === 'module_breaker' && before.kind === change.kind) {
    return { subject, ...differenceOf(before.breaker, change.breaker) }
  }
  if (change.kind === 'module_retry' && before.kind === change.kind) {
    return { subject, ...differenceOf(before.retry, change.retry) }
  }
  if (change.kind === 'type_retry' && before.kind === change.kind && change.retry !== null && before.retry !== null) {
    return { subject, ...differenceOf(before.retry, change.retry) }
  }
  return { subject, from: valueOf(before), to: valueOf(change) }
}

function subjectOf(snapshot: ConfigurationSnapshot, change: ConfigurationChange): string {
  switch (change.kind) {
    case 'instance_capacity':
      return `Capacity of ${instanceName(snapshot, change)}`
    case 'instance_weight':
      return `Weight of ${instanceName(snapshot, change)}`
    case 'instance_count':
      return `Instances of ${moduleName(snapshot, change)}`
    case 'module_strategy':
      return `Balancing of ${moduleName(snapshot, change)}`
    case 'module_preference':
      return `Preference for ${moduleName(snapshot, change)}`
    case 'module_enabled':
      return `Module ${moduleName(snapshot, change)}`
    case 'module_breaker':
      return `Breaker of ${moduleName(snapshot, change)}`
    case 'module_retry':
      return `Retries of ${moduleName(snapshot, change)}`
    case 'module_price':
      return `Price of ${moduleName(snapshot, change)}`
    case 'module_resources':
      return `Resources of a call to ${moduleName(snapshot, change)}`
    case 'module_dependencies':
      return `What ${moduleName(snapshot, change)} needs`
    case 'module_limit':
      return `Concurrent calls of ${moduleName(snapshot, change)}`
    case 'type_priority':
      return `Default priority of ${change.taskType}`
    case 'type_multiplier':
      return `Score multiplier of ${change.taskType}`
    case 'type_limit':
      return `Concurrent calls of ${change.taskType}`
    case 'type_cap':
      return `Tasks of ${change.taskType} in the queue`
    case 'type_retry':
      return `Retries of ${change.taskType}`
    case 'type_pin':
      if (change.pinnedTo !== null) requireCapable(snapshot, change.taskType, change.pinnedTo)
      return `Module that ${change.taskType} is pinned to`
    case 'type_goal':
      return `Goal of ${change.taskType}`
    case 'exploration_rate':
      return 'Share of decisions that explore'
    case 'tenant_limit':
      return 'Concurrent calls of everything together'
    case 'flag':
      return `Flag ${change.name}`
    default:
      return assertNever(change)
  }
}

function valueOf(change: ConfigurationChange): string {
  switch (change.kind) {
    case 'instance_capacity':
      return String(change.capacity)
    case 'instance_weight':
      return String(change.weight)
    case 'instance_count':
      return String(change.count)
    case 'module_strategy':
      return change.strategy.replaceAll('_', ' ')
    case 'module_preference':
      return String(change.preference)
    case 'module_enabled':
      return change.enabled ? 'enabled' : 'disabled'
    case 'module_breaker':
      return listOf(Object.entries(change.breaker))
    case 'module_retry':
      return listOf(Object.entries(change.retry))
    case 'module_price':
      return `$${change.costPerHourUsd} per hour`
    case 'module_resources':
      return describeResources(change.resources)
    case 'module_dependencies':
      return change.dependsOn.join(', ') || 'no other module'
    case 'module_limit':
    case 'type_limit':
    case 'tenant_limit':
      return change.limit === null ? 'no limit' : `at most ${change.limit}`
    case 'type_priority':
      return change.priority === null ? 'the usual (5)' : String(change.priority)
    case 'type_multiplier':
      return String(change.multiplier ?? 1)
    case 'type_cap':
      return change.cap === null ? 'no limit' : `at most ${change.cap}`
    case 'type_retry':
      return change.retry === null ? 'as the modules say' : listOf(Object.entries(change.retry))
    case 'type_pin':
      return change.pinnedTo ?? 'none'
    case 'type_goal':
      return change.goal ?? 'balanced'
    case 'exploration_rate':
      return `${Number((100 * change.rate).toPrecision(3))} %`
    case 'flag':
      return change.isOn ? 'on' : 'off'
    default:
      return assertNever(change)
  }
}

const settingNames: Readonly<Record<string, string>> = {
  failureThreshold: 'failures to open:',
  successThreshold: 'successes to close:',
  openMs: 'open for:',
  callTimeoutMs: 'limit of a call:',
  failureRate: 'share of failures:',
  slowCalls: 'share of slow calls:',
  maxAttempts: 'attempts:',
  backoff: 'back-off:',
  baseMs: 'first delay:',
  factor: 'growth:',
  capMs: 'longest delay:',
  retryOn: 'tried again:',
  totalTimeoutMs: 'in all:',
}

/** What differs of two settings of many parts, named the same on both sides; a part that one of them lacks is none there. */
function differenceOf(before: object, after: object): { from: string; to: string } {
  const [was, is] = [new Map<string, unknown>(Object.entries(before)), new Map<string, unknown>(Object.entries(after))]
  const names = [...new Set([...is.keys(), ...was.keys()])]
  const changed = names.filter(name => canonicalJson(was.get(name) ?? null) !== canonicalJson(is.get(name) ?? null))
  const only = (parts: ReadonlyMap<string, unknown>) =>
    listOf(changed.map(name => [name, parts.get(name) ?? null] as const))
  return { from: only(was), to: only(is) }
}

function listOf(entries: readonly (readonly [string, unknown])[]): string {
  return entries.map(([name, value]) => `${settingNames[name] ?? name} ${textOf(value, name)}`).join(', ') || 'as it is'
}

/** Durations have names that end in `Ms`. */
function textOf(value: unknown, name: string): string {
  if (value === null) return 'none'
  if (Array.isArray(value)) return value.join(' ') || 'nothing'
  if (isRateRule(value)) return textOfRule(value)
  if (typeof value === 'number' && name.endsWith('Ms')) return describeSetDuration(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

type RateRule = BreakerRateRule & { slowMs?: number }

function isRateRule(value: unknown): value is RateRule {
  return typeof value === 'object' && value !== null && 'minimumCalls' in value
}

function textOfRule({ percent, windowSeconds, minimumCalls, slowMs }: RateRule): string {
  const slow = slowMs === undefined ? '' : ` taking ${describeSetDuration(slowMs)} or longer`
  return `${percent} % of ${minimumCalls} calls or more within ${describeSetDuration(windowSeconds * 1_000)}${slow}`
}

function moduleName(snapshot: ConfigurationSnapshot, { moduleId }: { moduleId: string }): string {
  return moduleIn(snapshot, moduleId).name
}

function instanceName(snapshot: ConfigurationSnapshot, change: { moduleId: string; instanceId: string }): string {
  return `instance ${change.instanceId} of ${moduleName(snapshot, change)}`
}
