import type { ErrorCode, ErrorData } from '#server/contracts/errors.ts'

/** An error in words for the person in front of the screen. */
export interface DescribedError {
  message: string
  /** What they can do about it; empty when unknown. */
  action: string
  /** The stable code, when the server sent one. */
  code: ErrorCode | null
  details: Record<string, unknown> | null
}

function isErrorData(value: unknown): value is ErrorData {
  return typeof value === 'object' && value !== null && 'appCode' in value && 'action' in value
}

/** Turns anything thrown by a call into words: our own errors keep theirs, a lost connection is named as such. */
export function describeError(error: unknown): DescribedError {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : null
  const message = error instanceof Error && error.message ? error.message : 'Something went wrong.'
  if (isErrorData(data)) return { message, action: data.action, code: data.appCode, details: data.details }
  if (isNetworkError(error)) {
    return {
      message: 'The control center did not answer.',
      action: 'Check that it runs and that this machine can reach it.',
      code: null,
      details: null,
    }
  }
  return { message, action: '', code: null, details: null }
}

/** True when the request never got an answer: server down, network gone. */
export function isNetworkError(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error
  return cause instanceof TypeError && /fetch|network|load failed/i.test(cause.message)
}
