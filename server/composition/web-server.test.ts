import { spawnSync } from 'node:child_process'
import type { IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Api } from '../api/create-api.ts'
import type { Viewer } from '../contracts/people.ts'
import { silentLogger } from '../core/shared/logger.ts'
import type { PageServer } from './page-server.ts'
import { startWebServer, type WebServer } from './web-server.ts'

const ann: Viewer = {
  kind: 'person',
  id: 'p1',
  name: 'Ann',
  email: 'ann@example.org',
  role: 'viewer',
  scopes: [],
  tenantId: 'default',
}

let signedIn: Viewer | null
/** What the pages were asked with. */
let seen: IncomingHttpHeaders[]
let server: WebServer
let url: string

beforeEach(async () => {
  signedIn = null
  seen = []
  const api: Api = {
    handleRequest: async () => false,
    handleUpgrade: () => false,
    viewerOf: async () => signedIn,
    close: async () => {},
  }
  const pages: PageServer = {
    dev: false,
    async handle(request, response) {
      seen.push({ ...request.headers })
      response.end('a page')
    },
    handleUpgrade: async () => false,
    close: async () => {},
  }
  const driver = { handleCallbackRequest: () => Promise.reject(new Error('no call is open')) }
  server = await startWebServer({
    ...{ host: '127.0.0.1', port: 0, api, driver, pages },
    ...{ notReadyBecause: () => null, logger: silentLogger },
  })
  url = `http://127.0.0.1:${server.address.port}`
})
afterEach(() => server.close())

const forged = {
  'x-quarterdeck-viewer': encodeURIComponent(JSON.stringify({ ...ann, role: 'admin' })),
  'x-quarterdeck-path': '/settings',
  'x-nonce': 'known-before',
  'content-security-policy': "script-src 'unsafe-inline'",
}

test.each(['/tasks', '/_next/static/x.js'])(
  'who looks at %s is never believed to be whom a header names',
  async path => {
    await fetch(`${url}${path}`, { headers: forged })
    expect(seen[0]?.['x-quarterdeck-viewer']).toBeUndefined()
    signedIn = ann
    await fetch(`${url}/tasks?q=1`, { headers: forged })
    expect(JSON.parse(decodeURIComponent(String(seen[1]?.['x-quarterdeck-viewer'])))).toEqual(ann)
    expect(seen[1]?.['x-quarterdeck-path']).toBe('/tasks?q=1')
  },
)

test('each page has a nonce of its own, runs no other script, connects to nobody else and stands in no frame', async () => {
  const policies = await Promise.all([1, 2].map(async () => (await fetch(url, { headers: forged })).headers))
  const nonces = policies.map(headers => {
    const policy = headers.get('content-security-policy') ?? ''
    const directives = new Map(policy.split('; ').map(each => [each.split(' ')[0], each.split(' ').slice(1)]))
    const [self, nonce, ...more] = directives.get('script-src') ?? []
    expect([self, more]).toEqual(["'self'", []])
    expect(directives.get('connect-src')).toEqual(["'self'"])
    expect(directives.get('default-src')).toEqual(["'self'"])
    expect(directives.get('frame-ancestors')).toEqual(["'none'"])
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    return nonce
  })
  expect(nonces[0]).toMatch(/^'nonce-[A-Za-z0-9+/=]{24}'$/)
  expect(new Set(nonces).size).toBe(2)
  expect(seen.map(headers => `'nonce-${String(headers['x-nonce'])}'`).toSorted()).toEqual(nonces.toSorted())
})

/** Opens a thousand connections, and says so once all stand. */
const caller = `
  let open = 0
  const say = () => { process.stdout.write(String(open)); process.exit() }
  for (let n = 0; n < 1000; n++) require('node:net').connect(Number(process.argv[1]), '127.0.0.1', () => ++open === 1000 && say())`

test('a thousand callers are connected before any of them is accepted, so that a busy moment turns nobody away', () => {
  // It blocks this process, and with it the server: what connects meanwhile waits with the system.
  const port = new URL(url).port
  const { stdout } = spawnSync(process.execPath, ['-e', caller, port], { encoding: 'utf8', timeout: 5_000 })
  expect(stdout).toBe('1000')
})
