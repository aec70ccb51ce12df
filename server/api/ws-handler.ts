import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocket, WebSocketServer } from 'ws'
import type { Auth } from '../auth/create-auth.ts'
import type { Clock } from '../core/shared/clock.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { Principal } from '../core/shared/principal.ts'
import { appRouter } from './app-router.ts'
import type { ApiServices } from './context.ts'
import { answerOf, classifyError, classifyUnknown } from './error-mapping.ts'
import { gatherWrites } from './gather-writes.ts'
import { errorHeaders } from './http-answer.ts'
import { pathOf, trpcPath } from './http-handler.ts'
import { logFailure } from './log-failure.ts'
import { readTraceparent } from './read-traceparent.ts'
import { guardUpgrade } from './request-guard.ts'
import { sharedJsonEncoder } from './shared-json.ts'
import { closeCodes, SocketWatch } from './socket-watch.ts'

export interface WsHandlerOptions {
  services: ApiServices
  auth: Auth
  clock: Clock
  logger: Logger
}

const maxConnections = 2_000
const maxMessageBytes = 1024 * 1024

/**
 * The WebSocket side of `/api/trpc`. Who connects is settled before the upgrade, and again on every call and while the connection
 * lives: when the session ends, the key is revoked or the rights change, it is closed.
 */
export class WsHandler {
  readonly #options: WsHandlerOptions
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    clientTracking: true,
  })
  readonly #watch: SocketWatch
  #closed = false

  constructor(options: WsHandlerOptions) {
    const { services, auth, clock, logger } = options
    this.#options = options
    this.#watch = new SocketWatch({ auth, clock, logger })
    applyWSSHandler({
      wss: this.#server,
      router: appRouter,
      createContext: ({ req, res }) => ({
        ...services,
        authenticate: () => auth.authenticate(req),
        pace: signal => this.#watch.pace(res, signal),
        traceparent: readTraceparent(req),
      }),
      onError: ({ error, path }) => logFailure(logger, classifyError(error, path), path),
      experimental_encoder: sharedJsonEncoder,
    })
  }

  /** Takes the upgrade when it is for our path; false when it is not. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (pathOf(request) !== trpcPath) return false
    // Until the upgrade is done nobody else listens, and an unheard error would end the process.
    const ignore = () => {}
    socket.on('error', ignore)
    this.#admit(request).then(
      principal => {
        socket.off('error', ignore)
        if (socket.destroyed) return
        this.#server.handleUpgrade(request, socket, head, connection => {
          gatherWrites(connection, socket)
          this.#watch.add(connection, request, principal)
          this.#server.emit('connection', connection, request)
        })
      },
      (failure: unknown) => this.#refuse(socket, failure),
    )
    return true
  }

  /** Closes every connection; clients come back on their own when there is somebody to come back to. */
  async close(): Promise<void> {
    this.#closed = true
    this.#watch.stop()
    const open = [...this.#server.clients]
    for (const connection of open) connection.close(closeCodes.restart, 'restarting')
    const timer = this.#options.clock.setTimer(1_000, () => {
      for (const connection of open) connection.terminate()
    })
    await Promise.all(open.map(closed))
    timer()
    this.#server.close()
  }

  async #admit(request: IncomingMessage): Promise<Principal> {
    if (this.#closed || this.#server.clients.size >= maxConnections) {
      throw new QuarterdeckError('SHUTTING_DOWN', {
        message: this.#closed ? 'The server is shutting down.' : 'There are too many connections.',
        action: 'Try again in a few seconds.',
        details: { retryAfterSeconds: 5 },
        retryable: true,
      })
    }
    return guardUpgrade(this.#options.auth, request)
  }

  #refuse(socket: Duplex, failure: unknown): void {
    const error = classifyUnknown(failure)
    logFailure(this.#options.logger, error, trpcPath)
    const answer = answerOf(error)
    const body = JSON.stringify({ error: answer })
    const status = answer.data.httpStatus
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
      ...errorHeaders(error),
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
  }
}

function closed(connection: WebSocket): Promise<void> {
  return new Promise(resolve => {
    if (connection.readyState === WebSocket.CLOSED) resolve()
    else connection.once('close', () => resolve())
  })
}
