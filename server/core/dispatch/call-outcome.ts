import { limits } from '../../contracts/common.ts'
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
  | { kind: 'failed' | 'timed_out'; error: TaskError; retryable: boolean }
  | { kind: 'busy'; retryAfterMs: number | null }
  /** The breaker let nothing through. */
  | { kind: 'rejected' }

/** `timeoutMs` is what the call was given, for the message. */
export function readOutcome(result: GuardedResult<DriverOutcome>, timeoutMs: number): CallOutcome {
  if (result.kind === 'rejected') return { kind: 'rejected' }
  if (result.kind === 'timed_out') {
    return {
      kind: 'timed_out',
      error: { code: 'TIMEOUT', message: `No answer within ${timeoutMs} ms.` },
      retryable: true,
    }
  }
  const outcome = result.value
  switch (outcome.kind) {
    case 'busy':
      return outcome
    case 'failed': {
      const { code, message, retryable } = outcome
      return { kind: 'failed', error: { code, message: toStorableText(message, errorLength) }, retryable }
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
    return { kind: 'failed', error: { code: 'BAD_RESPONSE', message: error.message }, retryable: false }
  }
}
