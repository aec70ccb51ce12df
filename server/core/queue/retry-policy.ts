import type { RetryClass, RetryPolicy } from '../../contracts/modules.ts'
import type { TypeRetryPolicy } from '../../contracts/tasks.ts'

/** How tasks of a type are tried again, by type; edited by operators. */
export type TypeRetryPolicies = Readonly<Record<string, TypeRetryPolicy>>

/**
 * The policy for a failed attempt: that of the task's type when it has one, whole, else that of the module which failed. A
 * type may be named `constructor`, so only own entries count.
 */
export function retryPolicyOf(types: TypeRetryPolicies, taskType: string, ofModule: RetryPolicy): RetryPolicy {
  return typeRetryPolicyOf(types, taskType) ?? ofModule
}

export function typeRetryPolicyOf(types: TypeRetryPolicies, taskType: string): TypeRetryPolicy | null {
  return Object.hasOwn(types, taskType) ? (types[taskType] ?? null) : null
}

const classOfCode: Readonly<Record<string, RetryClass>> = {
  CONNECTION_FAILED: 'connection_error',
  CONNECTION_RESET: 'connection_error',
  ABORTED: 'connection_error',
  TIMEOUT: 'timeout',
  RESPONSE_TIMEOUT: 'timeout',
}

/** The class an error code belongs to; null for codes of the modules' own and all that is not worth another try by itself. */
export function classOfError(code: string): RetryClass | null {
  if (/^HTTP_5\d\d$/.test(code)) return 'server_error'
  return Object.hasOwn(classOfCode, code) ? (classOfCode[code] ?? null) : null
}

/** Whether an error is tried again: as the module said itself, else when the policy names its code or its class. */
export function isRetryable(
  policy: RetryPolicy,
  error: { code: string; saidRetryable: boolean | null; errorClass?: RetryClass | undefined },
): boolean {
  if (error.saidRetryable !== null) return error.saidRetryable
  const kind = error.errorClass ?? classOfError(error.code)
  return policy.retryOn.includes(error.code) || (kind !== null && policy.retryOn.includes(kind))
}
