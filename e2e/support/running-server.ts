import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import { until } from '#server/testing/until.ts'

const root = path.resolve(import.meta.dirname, '../..')
const readyMs = 60_000

/** The built product in a process of its own, on a port and an embedded database of its own. Ends with its scope. */
export interface RunningServer extends AsyncDisposable {
  url: string
  email: string
  password: string
  apiKey: string
  /** A folder that is removed with it. */
  folder: string
  stop(): Promise<void>
  /** Starts it again, on the same port and data; resolves when it can take work. */
  start(): Promise<void>
}

/** Starts one with nothing in it: no module, no task, one administrator and one key. */
export async function runServer(): Promise<RunningServer> {
  await using building = new AsyncDisposableStack()
  const { path: folder } = building.use(await makeReachableTempDir('quarterdeck-e2e'))
  const port = await freePort()
  const access = {
    email: 'operator@example.org',
    password: 'a password for the browser',
    apiKey: `qd_${randomBytes(32).toString('base64url')}`,
  }
  const url = `http://127.0.0.1:${port}`
  let process: ChildProcess | null = null
  const server = {
    url,
    ...access,
    folder,
    async stop() {
      if (process) await stopProgram(process)
    },
    async start() {
      if (await isReady(url)) return
      process = startProgram('server/main.ts', {
        NODE_ENV: 'production',
        QUARTERDECK_PORT: String(port),
        QUARTERDECK_DATA_DIR: path.join(folder, 'data'),
        QUARTERDECK_PRESET: 'testing',
        QUARTERDECK_ADMIN_EMAIL: access.email,
        QUARTERDECK_ADMIN_PASSWORD: access.password,
        QUARTERDECK_API_KEY: access.apiKey,
        QUARTERDECK_ANALYSIS_HOURS: '0',
        QUARTERDECK_VERDICT_HOURS: '0.003',
      })
      await until('the server is ready', () => isReady(url), readyMs)
    },
  }
  building.defer(() => server.stop())
  await server.start()
  const cleanup = building.move()
  return { ...server, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
}

/** Starts one of the project's programs as a child with `variables` on top of this environment. */
export function startProgram(program: string, variables: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [path.join(root, program)], {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

/** Asks it to end and waits until it has. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    answer => answer.ok,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}
