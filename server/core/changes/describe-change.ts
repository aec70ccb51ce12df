import type { ChangeDescription, ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { RetryPolicy } from '../../contracts/modules.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { ConfigurationSnapshot } from './configuration-snapshot.ts'
import { moduleIn } from './find-subject.ts'
import { invertChange } from './invert-change.ts'

/** A change in words, with the value that the configuration has now. Throws when what it is about does not exist. */
export function describeChange(snapshot: ConfigurationSnapshot, change: ConfigurationChange): ChangeDescription {
  const before = invertChange(snapshot, change)
  return { subject: subjectOf(snapshot, change), from: valueOf(before), to: valueOf(change) }
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
      return listOf(change.breaker)
    case 'module_retry':
      return retriesOf(change.retry)
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
      return change.retry === null ? 'as the modules say' : retriesOf(change.retry)
    case 'flag':
      return change.isOn ? 'on' : 'off'
    default:
      return assertNever(change)
  }
}

const thresholdNames: Readonly<Record<string, string>> = {
  failureThreshold: 'failures to open',
  successThreshold: 'successes to close',
  openMs: 'ms open',
  callTimeoutMs: 'ms for a call',
}

function listOf(edit: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(edit)
    .map(([name, value]) => `${value} ${thresholdNames[name] ?? name}`)
    .join(', ')
}

function retriesOf({ maxAttempts, backoff, baseMs, capMs }: RetryPolicy): string {
  return `${maxAttempts} attempts, ${backoff} from ${baseMs} to ${capMs} ms`
}

function moduleName(snapshot: ConfigurationSnapshot, { moduleId }: { moduleId: string }): string {
  return moduleIn(snapshot, moduleId).name
}

function instanceName(snapshot: ConfigurationSnapshot, change: { moduleId: string; instanceId: string }): string {
  return `instance ${change.instanceId} of ${moduleName(snapshot, change)}`
}
