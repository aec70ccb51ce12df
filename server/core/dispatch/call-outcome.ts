import { limits } from '../../contracts/common.ts'
import type { RetryClass } from '../../contracts/modules.ts'
import type { TaskError } from '../../contracts/tasks.ts'
import type { DriverOutcome } from '../queue/driver.ts'
import type { CallVerdict, GuardedResult } from '../resilience/breaker-board.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { toStorableJson } from '../shared/json-limits.ts'
import { toStorableText } from '../shared/storable-text.ts'

const errorLength = 2_000

/** What a guarded call came to, fit to be stored. */
export type CallOutcome =
  | { kind: 'succeeded' /** JSON text */; result: string }
  /** `retryable` is what the module said; null leaves it to the retry policy. */
  | { kind: 'failed' | 'timed_out'; error: TaskError; retryable: boolean | null; errorClass?: RetryClass | undefined }
  | { kind: 'busy'; retryAfterMs: number | null }
  /** The breaker let nothing through. */
  | { kind: 'rejected' }

/** How long a call may take, and whose limit that is: the shorter one of the task's and the module's. */
export interface CallLimit {
  timeoutMs: number
  /** In words that end a sentence, when the module's limit cut the task's short. */
  note: string | null
}

/** The limit of a call of this task on this module. */
export function callLimitOf(
  task: { timeoutMs: number },
  module: { id: string; breaker: { callTimeoutMs: number } },
): CallLimit {
  const { callTimeoutMs } = module.breaker
  if (task.timeoutMs <= callTimeoutMs) return { timeoutMs: task.timeoutMs, note: null }
  return { timeoutMs: callTimeoutMs, note: `the call limit of ${module.id}; the task would allow ${task.timeoutMs} ms` }
}

/** `limit` is what the call was given, for the message. */
export function readOutcome(result: GuardedResult<DriverOutcome>, limit: CallLimit): CallOutcome {
  if (result.kind === 'rejected') return { kind: 'rejected' }
  if (result.kind === 'timed_out') {
    return {
      kind: 'timed_out',
      error: {
        code: 'TIMEOUT',
        message: `No answer within ${limit.timeoutMs} ms${limit.note === null ? '' : `, ${limit.note}`}.`,
      },
      retryable: null,
    }
  }
  const outcome = result.value
  switch (outcome.kind) {
    case 'busy':
      return outcome
    case 'failed': {
      const { code, message, retryable, errorClass } = outcome
      return { kind: 'failed', error: { code, message: toStorableText(message, errorLength) }, retryable, errorClass }
    }
    case 'succeeded':
      return readResult(outcome.result)
  }
}

/** How a driver's answer counts for the breaker: busy, and what we aborted ourselves, say nothing about the module. */
export function judgeOutcome(outcome: DriverOutcome, isAborted: boolean): CallVerdict {
  if (outcome.kind === 'succeeded') return { kind: 'success' }
  if (outcome.kind === 'busy' || isAborted) return { kind: 'neutral' }
  return { kind: 'failure', code: outcome.code, message: outcome.message }
}

function readResult(value: unknown): CallOutcome {
  try {
    const bounds = { bytes: limits.resultBytes, depth: limits.jsonDepth }
    return { kind: 'succeeded', result: toStorableJson(value ?? null, 'result', bounds) }
  } catch (error) {
    if (!(error instanceof QuarterdeckError)) throw error
    return { kind: 'failed', error: { code: 'BAD_RESPONSE', message: error.message }, retryable: null }
  }
}
