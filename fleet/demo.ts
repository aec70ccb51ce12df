import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** What this installation's demonstration signs in with; kept beside its data, so that every start can show it. */
interface DemoAccess {
  email: string
  password: string
  apiKey: string
  /** Whether the first administrator was made by a demonstration, with the password above. */
  isOurs: boolean
}

const children: ChildProcess[] = []
let isStopping = false
const root = path.resolve(import.meta.dirname, '..')
/** The fleet's supervisor needs little; without a limit V8 would take twice the memory. */
const smallHeap = ['--max-old-space-size=96', '--max-semi-space-size=2']
const dataDir = path.resolve(process.env.QUARTERDECK_DATA_DIR ?? path.join(root, '.quarterdeck'))

/** Starts the control center and then the example fleet; stops both together. */
async function main(): Promise<void> {
  const access = await readAccess()
  const center = start(
    'server/main.ts',
    {
      NODE_ENV: 'production',
      QUARTERDECK_DATA_DIR: dataDir,
      QUARTERDECK_PRESET: process.env.QUARTERDECK_PRESET ?? 'development',
      QUARTERDECK_LOG_LEVEL: process.env.QUARTERDECK_LOG_LEVEL ?? 'warn',
      QUARTERDECK_ADMIN_EMAIL: access.email,
      QUARTERDECK_ADMIN_PASSWORD: access.password,
      QUARTERDECK_API_KEY: access.apiKey,
    },
    process.execArgv,
  )
  const url = await readAddress(center)
  const fleet = start(
    'fleet/start.ts',
    {
      QUARTERDECK_URL: url,
      QUARTERDECK_API_KEY: access.apiKey,
      FLEET_STATE_FILE: path.join(dataDir, 'fleet.json'),
    },
    smallHeap,
  )
  fleet.stdout?.pipe(process.stdout)
  const signIn = access.isOurs
    ? `Sign in as      ${access.email}\n  Password        ${access.password}`
    : 'Sign in with the account that this data folder already has.'
  console.log(`
  Quarterdeck     ${url}
  ${signIn}

  The example fleet is joining: real services that analyse this project's own packages.
  Burst of work   npm run burst -- --count 500
  Stop            Ctrl-C
`)
}

async function readAccess(): Promise<DemoAccess> {
  const file = path.join(dataDir, 'demo.json')
  const known = await readFile(file, 'utf8').catch(() => null)
  if (known !== null) return JSON.parse(known) as DemoAccess
  const access = {
    email: process.env.QUARTERDECK_ADMIN_EMAIL ?? 'admin@quarterdeck.local',
    password: process.env.QUARTERDECK_ADMIN_PASSWORD ?? randomBytes(12).toString('base64url'),
    apiKey: process.env.QUARTERDECK_API_KEY ?? `qd_${randomBytes(32).toString('base64url')}`,
    isOurs: !existsSync(path.join(dataDir, 'postgres.password')) && process.env.DATABASE_URL === undefined,
  }
  await mkdir(dataDir, { recursive: true })
  await writeFile(file, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 })
  return access
}

function start(program: string, variables: Record<string, string>, flags: readonly string[] = []): ChildProcess {
  const child = spawn(process.execPath, [...flags, path.join(root, program)], {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  child.on('exit', (code, signal) => {
    process.exitCode ??= code ?? 1
    if (!isStopping) console.error(`${program} ended (${signal ?? code}), so the rest is stopped too.`)
    stopAll()
  })
  return child
}

/** The address that the control center prints when it is ready. */
async function readAddress(center: ChildProcess): Promise<string> {
  if (!center.stdout) throw new Error('the control center has no output')
  for await (const line of createInterface({ input: center.stdout })) {
    const [url] = /https?:\/\/\S+/.exec(line) ?? []
    if (url) {
      center.stdout.resume()
      return url
    }
  }
  await once(center, 'exit')
  return process.exit(1)
}

/** When one ends, or somebody asks us to, the others are asked to end too. */
function stopAll(): void {
  isStopping = true
  for (const child of children) child.kill('SIGTERM')
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopAll)
await main()
