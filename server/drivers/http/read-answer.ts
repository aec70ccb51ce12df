import type { Json } from '#server/contracts/common.ts'
import type { DriverOutcome } from '#server/core/queue/driver.ts'
import { type ModuleError, moduleErrorSchema } from '../module-error.ts'
import { parseJson } from './json-content.ts'
import { parseRetryAfter } from './retry-after.ts'

/** An HTTP answer, read whole; the body is null when it was larger than allowed and therefore not read to its end. */
export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer | null
}

type Failure = Extract<DriverOutcome, { kind: 'failed' }>

/** The module took the work over; its result comes by callback. */
export type Accepted = { kind: 'accepted' }

/** What an answer to `POST /process` means. `nowMs` (since the epoch) is for Retry-After dates. */
export function readAnswer(answer: Answer, nowMs: number): DriverOutcome | Accepted {
  const { status } = answer
  if (status === 429 || status === 503) {
    const retryAfterMs = parseRetryAfter(headerOf(answer, 'retry-after'), nowMs)
    if (status === 429 || retryAfterMs !== null) return { kind: 'busy', retryAfterMs }
  }
  if (status >= 300 && status < 400) {
    return failed(
      'REDIRECT_REFUSED',
      `The module answered with a redirect (HTTP ${status}); redirects are not followed.`,
    )
  }
  if (status >= 400) return readFailure(answer)
  if (status === 202) return { kind: 'accepted' }
  if (status === 204) return { kind: 'succeeded', result: null }
  return readResult(answer)
}

function readResult(answer: Answer): DriverOutcome {
  if (answer.body === null) return failed('RESPONSE_TOO_LARGE', 'The answer of the module is larger than allowed.')
  const fault = contentFault(answer)
  if (fault !== null) return failed('BAD_RESPONSE', `The answer of the module ${fault}.`)
  const parsed = parseJson(answer.body)
  if (!parsed.ok) return failed('BAD_RESPONSE', `The answer of the module ${parsed.fault}.`)
  const error = errorIn(parsed.value)
  return error ? toFailure(error) : { kind: 'succeeded', result: parsed.value }
}

/** An error status. What the module says about it counts; an unreadable body changes nothing. */
function readFailure(answer: Answer): DriverOutcome {
  const parsed = answer.body === null || contentFault(answer) !== null ? null : parseJson(answer.body)
  const error = parsed?.ok ? errorIn(parsed.value) : null
  if (error) return answer.status < 500 ? toFailure(error) : { ...toFailure(error), errorClass: 'server_error' }
  return failed(`HTTP_${answer.status}`, `The module answered HTTP ${answer.status}.`)
}

/** Why the headers say that the body is not the JSON we asked for; null when they do not. */
export function contentFault(answer: Answer): string | null {
  const encoding = headerOf(answer, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') return `is encoded as ${encoding}, which was not asked for`
  const type = headerOf(answer, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === undefined || type === 'application/json' || type.endsWith('+json')) return null
  return `is ${type} instead of JSON`
}

/** Turns a module's own error into a failure. */
export function toFailure(error: ModuleError): Failure {
  return failed(error.code, error.message, error.retryable ?? null)
}

function errorIn(value: Json): ModuleError | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  if (!Object.hasOwn(value, 'error')) return null
  const parsed = moduleErrorSchema.safeParse(value['error'])
  return parsed.success ? parsed.data : null
}

function headerOf(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function failed(code: string, message: string, retryable: boolean | null = null): Failure {
  return { kind: 'failed', code, message, retryable }
}
