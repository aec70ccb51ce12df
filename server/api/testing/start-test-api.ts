import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type pg from 'pg'
import { type Auth, createAuth } from '../../auth/create-auth.ts'
import { systemClock } from '../../composition/system-clock.ts'
import type { ErrorData } from '../../contracts/errors.ts'
import type { Role, Scope } from '../../contracts/people.ts'
import type { Operations } from '../../core/operations.ts'
import type { Clock } from '../../core/shared/clock.ts'
import type { Logger } from '../../core/shared/logger.ts'
import { silentLogger } from '../../core/shared/logger.ts'
import { defaultTenantId, systemPrincipal } from '../../core/shared/principal.ts'
import { createPrismaClient, type PrismaClient } from '../../persistence/prisma-client.ts'
import { createIdSource } from '../../persistence/uuid-v7.ts'
import { createTestDatabase, endPool, type TestDatabase } from '../../testing/database.ts'
import { type Api, createApi } from '../create-api.ts'
import { fakeOperations } from './fake-operations.ts'

export const testPassword = 'correct horse battery staple'

/** What a call came to, whichever way it went. */
export interface CallAnswer {
  status: number
  headers: Headers
  data: unknown
  error: { message: string; code: number; data: ErrorData } | null
}

export interface TestApi extends AsyncDisposable {
  url: string
  host: string
  auth: Auth
  api: Api
  prisma: PrismaClient
  database: TestDatabase
  /** Time stands still for caches and limits of authentication, except when it is moved here. */
  moveTime(ms: number): void
  query(path: string, input?: unknown, headers?: Record<string, string>): Promise<CallAnswer>
  mutate(path: string, input?: unknown, headers?: Record<string, string>): Promise<CallAnswer>
  /** Adds a person; returns the headers that a browser of theirs would send from our own pages. */
  personHeaders(role: Role, email?: string): Promise<Record<string, string>>
  /** Makes a key; returns the header that carries it. */
  keyHeaders(scopes: Scope[]): Promise<Record<string, string>>
}

export interface TestApiOptions {
  operations?: Operations
  logger?: Logger
  publicUrl?: string
  trustedProxies?: string[]
  /** Puts this between the API and the database. */
  openPool?: (databaseUrl: string) => pg.Pool
  /** How much faster than time the timers of the API run. */
  speed?: number
}

/** The whole API on a real HTTP server and a database of its own, with a fake core behind its port. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const {
    operations = fakeOperations(),
    logger = silentLogger,
    publicUrl = null,
    trustedProxies = [],
    speed = 1,
  } = options
  const database = await createTestDatabase()
  const pool = options.openPool?.(database.url)
  const prisma = createPrismaClient(pool ?? database.pool)
  let now = Date.now()
  const auth = createAuth({
    prisma,
    config: { host: '127.0.0.1', port: 0, publicUrl, trustedProxies },
    key: { derive: purpose => Buffer.alloc(32, purpose) },
    ids: createIdSource(),
    logger,
    now: () => now,
  })
  const api = createApi({ operations, auth, config: { publicUrl }, clock: fasterClock(speed), logger })
  const server = createServer((request, response) => {
    void api.handleRequest(request, response).then(ours => {
      if (!ours) response.writeHead(404).end('not the API')
    })
  })
  server.on('upgrade', (request, socket, head) => {
    if (!api.handleUpgrade(request, socket, head)) socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = `http://${host}`
  const system = systemPrincipal(defaultTenantId)
  return {
    url,
    host,
    auth,
    api,
    prisma,
    database,
    moveTime: ms => {
      now += ms
    },
    query: (path, input, headers = {}) => {
      const search = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
      return read(fetch(`${url}/api/trpc/${path}${search}`, { headers }))
    },
    mutate: (path, input, headers = {}) =>
      read(
        fetch(`${url}/api/trpc/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(input ?? {}),
        }),
      ),
    personHeaders: async (role, email = `${role}-${crypto.randomUUID()}@example.org`) => {
      await auth.people.add(system, { email, name: `The ${role}`, role, password: testPassword })
      const cookie = await signIn(url, email, testPassword)
      return { cookie, origin: url }
    },
    keyHeaders: async scopes => {
      const { secret } = await auth.keys.create(system, { name: 'test', scopes })
      return { authorization: `Bearer ${secret}` }
    },
    async [Symbol.asyncDispose]() {
      await api.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await prisma.$disconnect()
      if (pool) await endPool(pool)
      await database[Symbol.asyncDispose]()
    },
  }
}

function fasterClock(speed: number): Clock {
  return {
    now: () => systemClock.now() * speed,
    setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / speed, callback),
  }
}

/** Signs in over HTTP and returns the session's cookie. */
export async function signIn(url: string, email: string, password: string): Promise<string> {
  const answer = await postSignIn(url, { email, password })
  if (!answer.ok) throw new Error(`Signing in was refused: ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map(cookie => cookie.split(';', 1)[0])
    .join('; ')
}

export function postSignIn(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

async function read(pending: Promise<Response>): Promise<CallAnswer> {
  const response = await pending
  const body = (await response.json()) as { result?: { data: unknown }; error?: CallAnswer['error'] }
  return {
    status: response.status,
    headers: response.headers,
    data: body.result?.data,
    error: body.error ?? null,
  }
}
