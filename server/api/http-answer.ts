import type { ServerResponse } from 'node:http'
import type { QuarterdeckError } from '../core/shared/errors.ts'
import { answerOf } from './error-mapping.ts'

/** What every answer of the API says to browsers: keep none of it, run none of it, show it to no other site. */
const securityHeaders = Object.entries({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
})

export function setSecurityHeaders(response: ServerResponse, isHttps: boolean): void {
  for (const [name, value] of securityHeaders) response.setHeader(name, value)
  if (isHttps) response.setHeader('strict-transport-security', 'max-age=31536000')
}

/** Ends a response with an error in the shape that all failed calls have. */
export function sendError(response: ServerResponse, error: QuarterdeckError): void {
  const answer = answerOf(error)
  for (const [name, value] of Object.entries(errorHeaders(error))) response.setHeader(name, value)
  response.statusCode = answer.data.httpStatus
  sendJson(response, { error: answer })
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}

/** Headers that go with an error: when to come back, and how to say who one is. */
export function errorHeaders(error: QuarterdeckError): Record<string, string> {
  const seconds = error.details?.['retryAfterSeconds']
  return {
    ...(typeof seconds === 'number' ? { 'retry-after': String(Math.ceil(seconds)) } : {}),
    ...(error.code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {}),
  }
}
