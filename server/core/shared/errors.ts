import type { ErrorCode } from '../../contracts/errors.ts'

export interface QuarterdeckErrorOptions {
  /** One sentence for the caller: what was wrong. Never says anything about our insides. */
  message: string
  /** One sentence for the caller: what to do. */
  action: string
  /** Machine-readable facts that go with the code, such as `requiredBy`. */
  details?: Record<string, unknown>
  /** Whether the same call may succeed later, unchanged. */
  retryable?: boolean
  cause?: unknown
  /** More for our own log; never leaves the process. */
  internal?: string
}

/** The one error class of the core: a stable code, a message for people, and what to do. */
export class QuarterdeckError extends Error {
  override readonly name = 'QuarterdeckError'
  readonly code: ErrorCode
  readonly action: string
  readonly details: Record<string, unknown> | null
  readonly retryable: boolean
  readonly internal: string | null

  constructor(code: ErrorCode, options: QuarterdeckErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.action = options.action
    this.details = options.details ?? null
    this.retryable = options.retryable ?? false
    this.internal = options.internal ?? null
  }
}
