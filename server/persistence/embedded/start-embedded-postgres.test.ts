import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Logger, silentLogger } from '../../core/shared/logger.ts'
import { inspectPostmaster, isAlive } from './postmaster.ts'
import { makeReachableTempDir, type TempDir } from './reachable-temp-dir.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './start-embedded-postgres.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'

// Real servers start and stop in every test; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let folder: TempDir
let dataDir: string
/** An initialised data folder and its password, to be copied: initdb takes most of the time of a first start. */
let pristine: TempDir

beforeAll(async () => {
  pristine = await makeReachableTempDir('quarterdeck-embedded-pristine')
  const server = await start({ dataDir: path.join(pristine.path, 'postgres') })
  await server.stop()
})

afterAll(() => pristine[Symbol.asyncDispose]())

beforeEach(async () => {
  folder = await makeReachableTempDir('quarterdeck-embedded-test')
  dataDir = path.join(folder.path, 'postgres')
})

async function copyPristine(to: string = dataDir): Promise<void> {
  for (const suffix of ['', '.password'])
    await run('cp', ['-a', path.join(pristine.path, `postgres${suffix}`), `${to}${suffix}`])
}

afterEach(async () => {
  const state = await inspectPostmaster(dataDir)
  if (state.kind === 'alive') await kill(state.postmaster.pid, 'SIGKILL')
  await folder[Symbol.asyncDispose]()
})

function start(options: { logger?: Logger; dataDir?: string } = {}): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, logger: silentLogger, ...options })
}

async function query(server: { url: string }, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

async function postmasterPid(): Promise<number> {
  const state = await inspectPostmaster(dataDir)
  if (state.kind !== 'alive') throw new Error('no server runs on the data folder')
  return state.postmaster.pid
}

async function kill(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal)
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
}

/** Starts the server from a process group of its own, as a Quarterdeck in another terminal would; resolves when it is up. */
async function startInChild(identity: { uid?: number; gid?: number } = {}) {
  const module = new URL('./start-embedded-postgres.ts', import.meta.url).href
  const code = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(module)})
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    try {
      const { url, adopted } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, logger })
      console.log(JSON.stringify({ url, adopted }))
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }))
      process.exit(1)
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    ...identity,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const answer = JSON.parse(line.toString()) as { url: string; adopted: boolean; code?: string; message?: string }
  return { ...answer, pid: child.pid as number, exited: once(child, 'exit') }
}

test('what was committed before a stop is there after the next start, and only we can read the password', async () => {
  const first = await start()
  await query(first, 'CREATE TABLE ship AS SELECT 1 AS id')
  const pid = await postmasterPid()
  await first.stop()
  expect(isAlive(pid)).toBe(false)
  expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600)
  const second = await start()
  expect([first.adopted, second.adopted]).toEqual([false, false])
  expect(await query(second, 'SELECT id FROM ship')).toEqual([{ id: 1 }])
  await second.stop()
})

test('stop ends open transactions instead of waiting for them, and may be called twice', async () => {
  await copyPristine()
  const server = await start()
  const client = new pg.Client({ connectionString: server.url })
  const ended = new Promise(resolve => client.on('error', resolve))
  await client.connect()
  await client.query('BEGIN; CREATE TABLE half_done (id int)')
  await Promise.all([server.stop(), server.stop()])
  await ended
  const again = await start()
  expect(await query(again, "SELECT to_regclass('half_done') AS found")).toEqual([{ found: null }])
  await again.stop()
})

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s to the whole group of the parent leaves a server that the next start adopts',
  async signal => {
    await copyPristine()
    const parent = await startInChild()
    await query(parent, 'CREATE TABLE ship AS SELECT 1 AS id')
    const pid = await postmasterPid()
    process.kill(-parent.pid, signal)
    await parent.exited
    const server = await start()
    expect(server).toMatchObject({ adopted: true, url: parent.url })
    expect(await query(server, 'SELECT id FROM ship')).toEqual([{ id: 1 }])
    await server.stop()
    expect(isAlive(pid)).toBe(false)
  },
)

test('after kill -9 of parent and server the next start waits for what is left, says so once, and has all commits', async () => {
  await copyPristine()
  const parent = await startInChild()
  await query(parent, 'CREATE TABLE ship AS SELECT 1 AS id')
  const busy = query(parent, busyFor('1.5 s')).catch(() => 'cut off')
  await vi.waitFor(async () => {
    const sql = "SELECT count(*)::int AS busy FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
    expect(await query(parent, sql)).toEqual([{ busy: 1 }])
  })
  const pid = await postmasterPid()
  process.kill(parent.pid, 'SIGKILL')
  await kill(pid, 'SIGKILL')
  const lines: string[] = []
  const server = await start({ logger: { ...silentLogger, info: (_fields, message) => void lines.push(message) } })
  expect(lines).toEqual([
    'Waiting to start PostgreSQL: processes of a server that ended abruptly still hold the folder',
    'PostgreSQL is up',
  ])
  expect(server.adopted).toBe(false)
  expect(await query(server, 'SELECT id FROM ship')).toEqual([{ id: 1 }])
  await busy
  await server.stop()
})

/** A statement that does not notice the death of its server. */
function busyFor(interval: string): string {
  return `DO $$ DECLARE t timestamptz := clock_timestamp() + interval '${interval}';
    BEGIN WHILE clock_timestamp() < t LOOP END LOOP; END $$`
}

test('a server that is killed while in use comes up again at the same address', async () => {
  await copyPristine()
  const server = await start()
  await query(server, 'CREATE TABLE ship AS SELECT 1 AS id')
  const pid = await postmasterPid()
  await kill(pid, 'SIGKILL')
  await vi.waitFor(async () => expect(await query(server, 'SELECT id FROM ship')).toEqual([{ id: 1 }]), 10_000)
  const next = await postmasterPid()
  expect(next).not.toBe(pid)
  await server.stop()
  expect(isAlive(next)).toBe(false)
})

test.runIf(isLinux).for([
  { holder: 'another program', script: 'echo $$; exec sleep 60' },
  { holder: 'a dead process that nobody collects', script: 'sleep 0 & echo $!; exec sleep 60' },
])('a lock file whose process id belongs to $holder does not stop a start', async ({ script }) => {
  await copyPristine()
  const first = await start()
  const lockFile = path.join(dataDir, 'postmaster.pid')
  const [, ...rest] = (await readFile(lockFile, 'utf8')).split('\n')
  await first.stop()
  const { uid, gid } = await stat(dataDir)
  const other = spawn('/bin/sh', ['-c', script], { uid, gid, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void other.kill())
  const [pid] = (await once(other.stdout, 'data')) as [Buffer]
  await writeFile(lockFile, [pid.toString().trim(), ...rest].join('\n'))
  const second = await start()
  expect(second.adopted).toBe(false)
  await second.stop()
})

test('processes that share a folder share one server, and the last to stop it ends it', async () => {
  const [one, two] = await Promise.all([start(), start()])
  expect(one.url).toBe(two.url)
  await one.stop()
  expect(await query(two, 'SELECT 1 AS id')).toEqual([{ id: 1 }])
  const pid = await postmasterPid()
  await two.stop()
  expect(isAlive(pid)).toBe(false)
})

test('two instances with other folders run side by side', async () => {
  const second = path.join(folder.path, 'second')
  await copyPristine()
  await copyPristine(second)
  const [one, two] = await Promise.all([start(), start({ dataDir: second })])
  expect(one.url).not.toBe(two.url)
  await query(one, 'CREATE TABLE ship (id int)')
  expect(await query(two, "SELECT to_regclass('ship') AS found")).toEqual([{ found: null }])
  await Promise.all([one.stop(), two.stop()])
})

test('a parent killed in the middle of the first start leaves nothing in the way of the next', async () => {
  const child = startInChild().catch(() => 'killed')
  const draft = await vi.waitFor(
    async () => {
      const names = await readdir(folder.path)
      const name = names.find(candidate => candidate.startsWith('postgres.initialising-'))
      if (!name) throw new Error('not initialising yet')
      return name
    },
    { timeout: 10_000, interval: 5 },
  )
  const parent = Number(/initialising-(\d+)/.exec(draft)?.[1])
  process.kill(parent, 'SIGKILL')
  // A killed process counts as alive until it was waited for.
  await vi.waitFor(() => expect(isAlive(parent)).toBe(false), { timeout: 10_000 })
  const server = await start()
  expect(await query(server, 'SELECT 1 AS id')).toEqual([{ id: 1 }])
  await server.stop()
  expect((await readdir(folder.path)).filter(name => name.includes('initialising'))).toEqual([])
  void child
})

test('a data folder below a file is refused in one sentence', async () => {
  const file = path.join(folder.path, 'file')
  await writeFile(file, '')
  const inFile = path.join(file, 'postgres')
  await expect(start({ dataDir: inFile })).rejects.toMatchObject({
    code: 'DATA_DIR_NOT_WRITABLE',
    message: expect.stringMatching(/^The data folder \S+ cannot be written: [^.]*\.$/),
  })
})

test('a folder that an ordinary user may not write is refused in one sentence, and stays as it was', async () => {
  const owner = await anOrdinaryUser()
  await chmod(folder.path, 0o555)
  const child = await startInChild(owner)
  await chmod(folder.path, 0o755)
  expect(child).toMatchObject({
    code: 'DATA_DIR_NOT_WRITABLE',
    message: expect.stringMatching(/^The data folder \S+ cannot be written: [^.]*\.$/),
  })
  expect(await readdir(folder.path)).toEqual([])
})

test('a folder with other files in it is refused, and they are left alone', async () => {
  await mkdir(dataDir)
  await writeFile(path.join(dataDir, 'thesis.txt'), 'precious')
  await expect(start()).rejects.toMatchObject({ code: 'DATA_DIR_NOT_WRITABLE' })
  expect(await readdir(dataDir)).toEqual(['thesis.txt'])
})

test('data without its password is refused by the name of the missing file', async () => {
  await copyPristine()
  await start().then(server => server.stop())
  await rm(`${dataDir}.password`)
  await expect(start()).rejects.toMatchObject({
    code: 'DATABASE_START_FAILED',
    message: expect.stringContaining(`${dataDir}.password`),
  })
})

test('data of another PostgreSQL is refused with both versions', async () => {
  await mkdir(dataDir)
  await writeFile(path.join(dataDir, 'PG_VERSION'), '15\n')
  await expect(start()).rejects.toMatchObject({
    code: 'DATABASE_START_FAILED',
    message: expect.stringMatching(/PostgreSQL 15, this is PostgreSQL 18/),
  })
})

test('a server that cannot start gives its own reason', async () => {
  await copyPristine()
  const impossible = startEmbeddedPostgres({ dataDir, logger: silentLogger, settings: { shared_buffers: '1' } })
  await expect(impossible).rejects.toMatchObject({
    code: 'DATABASE_START_FAILED',
    message: expect.stringContaining('"shared_buffers"'),
  })
})

test.runIf(isRoot)(
  'data that the user of PostgreSQL could not reach lives behind a link, and no folder is opened up',
  async () => {
    const closed = await mkdtemp(path.join(tmpdir(), 'quarterdeck-closed-'))
    const closedData = path.join(closed, 'state', 'postgres')
    onTestFinished(() => rm(closed, { recursive: true }))
    const first = await start({ dataDir: closedData })
    const target = await readlink(closedData)
    onTestFinished(() => rm(path.dirname(target), { recursive: true }))
    await query(first, 'CREATE TABLE ship AS SELECT 1 AS id')
    await first.stop()
    const second = await start({ dataDir: closedData })
    expect(await query(second, 'SELECT id FROM ship')).toEqual([{ id: 1 }])
    await second.stop()
    expect((await lstat(closedData)).isSymbolicLink()).toBe(true)
    expect((await stat(closed)).mode & 0o777).toBe(0o700)
    expect(target).toMatch(/^\/var\/lib\/quarterdeck\//)
  },
)

/** Ourselves unless we are root, who may write everywhere. */
async function anOrdinaryUser(): Promise<{ uid?: number; gid?: number }> {
  if (!isRoot) return {}
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find(entry => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}
