import { isIP, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import { AddressNotAllowedError, type AddressPolicy } from '../address-policy.ts'

export interface GuardedConnectorOptions {
  policy: AddressPolicy
  timeoutMs: number
}

/** A connection that could not be made; nothing was sent over it. The message ends a sentence about the module. */
export class ConnectFailedError extends Error {
  override readonly name = 'ConnectFailedError'
}

/**
 * How undici connects to modules. The policy is applied three times: to an address in the URL before connecting, to what
 * a name resolves to before connecting, and to the peer of the connected socket before a byte of the request is written.
 * So a name that changes its answer between registration and call gains nothing.
 */
export function createGuardedConnector({ policy, timeoutMs }: GuardedConnectorOptions): buildConnector.connector {
  const connect = buildConnector({ lookup: policy.lookup, timeout: timeoutMs, allowH2: false })
  return (options, callback) => {
    if (isIP(options.hostname) !== 0 && !policy.isAllowed(options.hostname)) {
      return callback(new AddressNotAllowedError(options.hostname), null)
    }
    connect(options, (error, socket) => {
      if (error) return callback(describeFailure(error), null)
      if (isPeerAllowed(policy, socket)) return callback(null, socket)
      socket.on('error', () => {}).destroy()
      callback(new AddressNotAllowedError(options.hostname), null)
    })
  }
}

function isPeerAllowed(policy: AddressPolicy, socket: Socket): boolean {
  return socket.remoteAddress !== undefined && policy.isAllowed(socket.remoteAddress)
}

const failureTexts: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed while it was being made',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to its network',
  ETIMEDOUT: 'no answer to the connection attempt',
  UND_ERR_CONNECT_TIMEOUT: 'no answer to the connection attempt',
}

function describeFailure(error: Error): Error {
  if (error instanceof AddressNotAllowedError) return error
  const code = codeOf(error)
  return new ConnectFailedError(failureTexts[code] ?? code, { cause: error })
}

/** When all addresses of a name failed, the code is that of the first. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  const [first] = error instanceof AggregateError ? error.errors : []
  return first instanceof Error ? codeOf(first) : error.message
}
