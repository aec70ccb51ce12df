/** A failure that the caller is told: `{error: {code, message, retryable}}` with an HTTP status. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError'
  readonly code: string
  readonly status: number
  readonly retryable: boolean

  constructor(code: string, message: string, options: { status?: number; retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? 500
    this.retryable = options.retryable ?? false
  }
}

/** No room now. Answered with `Retry-After`, which the control center counts neither as a failure nor as an attempt. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
  readonly status: 429 | 503
  readonly retryAfterSeconds: number

  constructor(message: string, status: 429 | 503, retryAfterSeconds: number) {
    super(message)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}
