import type { SubmitTask } from '../../contracts/tasks.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import type { QueuePolicy } from './priority.ts'
import { typeRetryPolicyOf } from './retry-policy.ts'
import type { NewTask } from './task-store.ts'

const defaultAttemptTimeoutMs = 30_000
const defaultMaxAttempts = 4

/**
 * How long and how often a new task may be tried, fixed when it is accepted: as the submission says, else as the policy of its
 * type, else as its modules.
 */
export function limitsOf(
  catalog: Pick<ModuleCatalog, 'capableOf'>,
  policy: QueuePolicy,
  tenantId: string,
  input: SubmitTask,
): Pick<NewTask, 'timeoutMs' | 'totalTimeoutMs' | 'maxAttempts'> {
  const ofType = typeRetryPolicyOf(policy.retries, input.type)
  const capable = catalog.capableOf(tenantId, input.type)
  const modules = input.moduleId === undefined ? capable : capable.filter(({ id }) => id === input.moduleId)
  // As long as any of them lets a call take; the one that runs it may still end it earlier.
  const longestCallMs = modules.reduce((longest, { breaker }) => Math.max(longest, breaker.callTimeoutMs), 0)
  return {
    timeoutMs: input.timeoutMs ?? (longestCallMs || defaultAttemptTimeoutMs),
    totalTimeoutMs: input.totalTimeoutMs ?? ofType?.totalTimeoutMs ?? null,
    maxAttempts: input.maxAttempts ?? ofType?.maxAttempts ?? modules[0]?.retry.maxAttempts ?? defaultMaxAttempts,
  }
}
