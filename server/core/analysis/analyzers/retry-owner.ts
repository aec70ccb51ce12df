import type { ConfigurationChange } from '../../../contracts/configuration-changes.ts'
import type { FindingSubject } from '../../../contracts/findings.ts'
import type { RetryPolicy } from '../../../contracts/modules.ts'
import { typeRetryPolicyOf } from '../../queue/retry-policy.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { ofModule, ofType } from '../subjects.ts'

/** Where a retry policy is set: a task type that has its own, else a module. */
export interface RetryOwner {
  subject: FindingSubject
  policy: RetryPolicy
  change(policy: RetryPolicy): ConfigurationChange
}

/** Calls that repeat a failed one after a back-off, by the policy that decided it: of the type, else of the module that failed. */
export function retriesByOwner(evidence: FleetEvidence): { owner: RetryOwner; retries: Call[]; first: Call[] }[] {
  const { modules, policy } = evidence.snapshot
  const byId = new Map(modules.map(module => [module.id, module]))
  const owners = new Map<string, { owner: RetryOwner; retries: Call[]; first: Call[] }>()
  for (const { type, module, calls } of evidence.services) {
    const ofOwnType = typeRetryPolicyOf(policy.retries, type)
    for (const call of calls) {
      const failed = call.retryOf === null ? module : byId.get(call.retryOf.moduleId)
      if (!failed) continue
      const key = ofOwnType ? `type ${type}` : `module ${failed.id}`
      let entry = owners.get(key)
      if (!entry) {
        const owner: RetryOwner = ofOwnType
          ? {
              subject: ofType(type),
              policy: ofOwnType,
              change: retry => ({ kind: 'type_retry', taskType: type, retry: { ...ofOwnType, ...retry } }),
            }
          : {
              subject: ofModule(failed),
              policy: failed.retry,
              change: retry => ({ kind: 'module_retry', moduleId: failed.id, retry }),
            }
        entry = { owner, retries: [], first: [] }
        owners.set(key, entry)
      }
      if (call.retryOf !== null) entry.retries.push(call)
      else if (call.number === 1) entry.first.push(call)
    }
  }
  return [...owners.values()]
}
