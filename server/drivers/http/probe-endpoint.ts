import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Client } from 'undici'
import type { EndpointProbe } from '#server/core/registry/connection-test.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import { type AddressPolicy, parseEndpoint } from '../address-policy.ts'
import { createGuardedConnector } from './connect.ts'
import { describeUnreachable } from './failures.ts'
import { healthAnswerBytes, healthRequest, readHealthAnswer } from './health-answer.ts'
import { readCapped } from './read-capped.ts'

/**
 * Asks a service for its health over a new connection, guarded as every other, and tells how it was made. Never rejects. Aborting
 * `signal` ends it.
 */
export async function probeEndpoint(
  endpoint: string,
  signal: AbortSignal,
  options: { policy: AddressPolicy; clock: Clock; timeoutMs: number },
): Promise<EndpointProbe> {
  const { policy, clock, timeoutMs } = options
  const startedAt = clock.now()
  const found: Pick<EndpointProbe, 'connectMs' | 'tls'> = { connectMs: null, tls: null }
  const connect = createGuardedConnector({ policy, timeoutMs })
  const url = parseEndpoint(endpoint)
  const client = new Client(url.origin, {
    connect: (target, done) =>
      connect(target, (error, socket) => {
        if (error) return done(error, null)
        found.connectMs = clock.now() - startedAt
        found.tls = describeTls(socket)
        done(null, socket)
      }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    allowH2: false,
  })
  try {
    const path = `${url.pathname.replace(/\/+$/, '')}${healthRequest.path}`
    const { method, headers } = healthRequest
    const response = await client.request({ method, headers, path, signal })
    const body = await readCapped(response.body, healthAnswerBytes)
    const { status, load, reason } = readHealthAnswer({ status: response.statusCode, headers: response.headers, body })
    const answerMs = clock.now() - startedAt
    return { ...found, outcome: status, reason: toSentence(reason), answerMs, httpStatus: response.statusCode, load }
  } catch (error) {
    const reason = signal.aborted ? 'does not answer /health in time' : describeUnreachable(error)
    return {
      ...found,
      outcome: 'unreachable',
      reason: toSentence(reason),
      answerMs: null,
      httpStatus: null,
      load: null,
    }
  } finally {
    await client.destroy()
  }
}

function toSentence(reason: string | null): string | null {
  return reason === null ? null : `The service ${reason.replace(/\.$/, '')}.`
}

function describeTls(socket: Socket): EndpointProbe['tls'] {
  if (!(socket instanceof TLSSocket)) return null
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate()
  const until = Date.parse(validTo)
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    subject: nameOf(subject?.CN),
    issuer: nameOf(issuer?.O) ?? nameOf(issuer?.CN),
    validUntil: Number.isNaN(until) ? null : new Date(until).toISOString(),
  }
}

function nameOf(part: string | string[] | undefined): string | null {
  return (Array.isArray(part) ? part[0] : part) ?? null
}
