import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Api } from '../api/create-api.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'
import { callbackPath } from '../drivers/http/callback-path.ts'
import type { HttpDriver } from '../drivers/http/http-driver.ts'
import type { PageServer } from './page-server.ts'

export interface WebServerOptions {
  host: string
  port: number
  api: Api
  driver: Pick<HttpDriver, 'handleCallbackRequest'>
  /** Absent while only the API is served. */
  pages: PageServer | null
  /** Null when new work can be taken, else why not. */
  notReadyBecause: () => string | null
  logger: Logger
}

export interface WebServer {
  /** Where it listens. */
  readonly address: { host: string; port: number }
  /** Takes no new connections, ends idle ones, and waits for requests under way. */
  close(): Promise<void>
}

const viewerHeader = 'x-quarterdeck-viewer'
const pathHeader = 'x-quarterdeck-path'
const nonceHeader = 'x-nonce'
const policyHeader = 'content-security-policy'
const headersTimeoutMs = 20_000
const requestTimeoutMs = 60_000
/**
 * Callers keep an idle connection nearly as long as it is offered. Connections are accepted one per turn of the event loop, so a
 * burst that has to open new ones waits for many turns; proxies, too, want to be the ones that close first (most do after 60 s).
 */
const keepAliveTimeoutMs = 75_000
/**
 * Connections that may wait to be accepted; the system may allow fewer (`net.core.somaxconn`). With Node's 511 the rest of a burst of a
 * thousand was sent back to try again a second later, or reset.
 */
const backlog = 4_096
const pageHeaders = {
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** The one port: API, callbacks, probes, WebSocket, and the pages for everything else. Throws PORT_IN_USE. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { api, logger } = options
  const server = createServer(
    { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs },
    (request, response) => {
      handle(options, request, response).catch(error => {
        logger.error({ error, path: pathOf(request) }, 'a request failed')
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
        response.end('Something went wrong on our side; try again.\n')
      })
    },
  )
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    if (api.handleUpgrade(request, socket, head)) return
    const upgraded = options.pages?.handleUpgrade(request, socket, head) ?? Promise.resolve(false)
    upgraded.then(taken => taken || socket.destroy()).catch(() => socket.destroy())
  })
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  return {
    address: { host: options.host, port },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), 2_000).unref()
      }),
  }
}

async function handle(options: WebServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request)
  if (path === '/healthz') return answerProbe(response, null)
  if (path === '/readyz') return answerProbe(response, options.notReadyBecause())
  if (path.startsWith(callbackPath)) return options.driver.handleCallbackRequest(request, response)
  if (await options.api.handleRequest(request, response)) return
  if (path.startsWith('/api/') || !options.pages) {
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({ error: { code: 'PROCEDURE_NOT_FOUND', message: 'There is nothing at this address.' } }),
    )
    return
  }
  await servePage(options, options.pages, request, response)
}

async function servePage(
  options: WebServerOptions,
  pages: PageServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value)
  const isAsset = request.url?.startsWith('/_next/') ?? false
  for (const name of [viewerHeader, pathHeader, nonceHeader, policyHeader]) delete request.headers[name]
  if (!isAsset) {
    const nonce = randomBytes(16).toString('base64')
    const policy = contentSecurityPolicy(nonce, pages.dev)
    response.setHeader(policyHeader, policy)
    // Next marks its own scripts with the nonce that it finds in the request's policy.
    request.headers[policyHeader] = policy
    request.headers[nonceHeader] = nonce
    request.headers[pathHeader] = request.url ?? '/'
    const viewer = await options.api.viewerOf(request).catch(error => {
      options.logger.warn({ error }, 'who asks for a page could not be found out')
      return null
    })
    if (viewer) request.headers[viewerHeader] = encodeURIComponent(JSON.stringify(viewer))
  }
  await pages.handle(request, response)
}

/**
 * Scripts only from here and with the nonce of this very answer, connections only to here ('self' covers WebSockets too); styles may
 * stand inline, as charts and notices need it.
 */
function contentSecurityPolicy(nonce: string, isDevelopment: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function answerProbe(response: ServerResponse, problem: string | null): void {
  response.writeHead(problem === null ? 200 : 503, { 'content-type': 'text/plain', 'cache-control': 'no-store' })
  response.end(problem === null ? 'ok\n' : `${problem}\n`)
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/'
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}

async function listen(server: Server, { host, port }: WebServerOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toListenError(error, host, port)))
    server.listen({ port, host, backlog }, () => resolve())
  })
}

function toListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new QuarterdeckError('PORT_IN_USE', {
      message: `Port ${port} on ${host} is in use by another program.`,
      action: 'Stop that program, or set QUARTERDECK_PORT to a free port.',
      cause: error,
    })
  }
  return new QuarterdeckError('CONFIG_INVALID', {
    message: `Cannot listen on ${host}, port ${port}: ${error.code ?? error.message}.`,
    action: 'Set QUARTERDECK_HOST and QUARTERDECK_PORT to an address of this machine.',
    cause: error,
  })
}
