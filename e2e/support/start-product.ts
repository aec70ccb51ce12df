import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '#server/testing/client.ts'
import { until } from '#server/testing/until.ts'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import type { Product } from './product.ts'

const root = path.resolve(import.meta.dirname, '../..')
const readyMs = 60_000

/** Starts the product as `npm run demo` does, in a folder of its own, and answers how to stop it. */
export default async function startProduct(): Promise<() => Promise<void>> {
  const cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await makeReachableTempDir('quarterdeck-e2e'))
  const access = {
    email: 'operator@example.org',
    password: 'a password for the browser',
    apiKey: `qd_${randomBytes(32).toString('base64url')}`,
  }
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const startServer = () =>
    start('server/main.ts', {
      NODE_ENV: 'production',
      QUARTERDECK_PORT: String(port),
      QUARTERDECK_DATA_DIR: path.join(folder.path, 'data'),
      QUARTERDECK_PRESET: 'testing',
      QUARTERDECK_ADMIN_EMAIL: access.email,
      QUARTERDECK_ADMIN_PASSWORD: access.password,
      QUARTERDECK_API_KEY: access.apiKey,
    })
  let server = startServer()
  cleanup.defer(() => stop(server))
  await whenReady(url)
  const fleet = start('fleet/start.ts', {
    QUARTERDECK_URL: url,
    QUARTERDECK_API_KEY: access.apiKey,
    FLEET_STATE_FILE: path.join(folder.path, 'fleet.json'),
    FLEET_RATE: '3',
  })
  cleanup.defer(() => stop(fleet))
  const fleetUrl = await readFleetUrl(fleet)
  const restarter = createServer((request, response) => {
    const act = request.url === '/stop' ? stop(server) : restart()
    act.then(
      () => response.end('done'),
      error => response.writeHead(500).end(String(error)),
    )
  })
  const restart = async () => {
    server = startServer()
    await whenReady(url)
  }
  await new Promise<void>(resolve => restarter.listen(0, '127.0.0.1', resolve))
  cleanup.defer(() => void restarter.close())
  const restarterUrl = `http://127.0.0.1:${(restarter.address() as AddressInfo).port}`
  await whenModulesWork(url, access.apiKey)
  const file = path.join(folder.path, 'product.json')
  await writeFile(file, JSON.stringify({ url, ...access, fleetUrl, restarterUrl } satisfies Product))
  process.env.QUARTERDECK_E2E_STATE = file
  return () => cleanup.disposeAsync()
}

function start(program: string, variables: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [path.join(root, program)], {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function readFleetUrl(fleet: ChildProcess): Promise<string> {
  if (!fleet.stdout) throw new Error('the fleet has no output')
  const lines = createInterface({ input: fleet.stdout })
  for await (const line of lines) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    if (url) {
      fleet.stdout.resume()
      return url
    }
  }
  throw new Error('the fleet ended before it said where it listens')
}

async function whenReady(url: string): Promise<void> {
  await until(
    'the server is ready',
    () =>
      fetch(`${url}/readyz`).then(
        answer => answer.ok,
        () => false,
      ),
    readyMs,
  )
}

async function whenModulesWork(url: string, apiKey: string): Promise<void> {
  const client = createClient(url, apiKey)
  await until(
    'the first tasks succeed',
    async () => (await client.query<{ succeeded: number }>('queues.stats')).succeeded > 5,
    readyMs,
  )
}

async function freePort(): Promise<number> {
  const probe = createTcpServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}
