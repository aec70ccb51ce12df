// The way in, for whatever Node (20 or newer) is installed: brings in what is missing, then hands over to the pinned Node.
// usage: node server/launch.mjs demo | start | dev | test
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..')
const bin = path.join(root, 'node_modules', '.bin')
const pinnedNode = path.join(bin, 'node')
const stateDir = path.join(root, 'node_modules', '.quarterdeck')
const environment = {
  ...process.env,
  PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
  NEXT_TELEMETRY_DISABLED: '1',
}

/**
 * As many threads for V8's compiler and collector as there are processors to spare. By default it takes four, which on two
 * processors keep the main thread and PostgreSQL waiting for a quarter of a second at each full collection.
 */
const threads = '--v8-pool-size=0'

const commands = {
  async demo() {
    prepare()
    build()
    return run(pinnedNode, [threads, 'fleet/demo.ts'])
  },
  async start() {
    prepare()
    build()
    return run(pinnedNode, [threads, 'server/main.ts'], { NODE_ENV: 'production' })
  },
  async dev() {
    prepare()
    return run(pinnedNode, [threads, 'server/main.ts'], {
      NODE_ENV: 'development',
      QUARTERDECK_PRESET: process.env.QUARTERDECK_PRESET ?? 'development',
    })
  },
  async test() {
    prepare()
    installBrowser()
    build()
    return run(pinnedNode, ['e2e/run-all.ts'])
  },
  /** Only what the others need: packages and the generated client. */
  async prepare() {
    prepare()
    return 0
  },
}

const command = commands[process.argv[2] ?? '']
if (!command) fail(`say what to do: ${Object.keys(commands).join(', ')}`)
const [major] = process.versions.node.split('.').map(Number)
if (major < 20) fail(`Node ${process.versions.node} is too old; install Node 20 or newer`)
process.exitCode = await command()

function prepare() {
  once('packages', ['package-lock.json'], existsSync(pinnedNode), () => {
    say('installing packages (about a minute, once)')
    must(
      'npm',
      ['install', '--no-audit', '--no-fund', '--loglevel=error'],
      'the packages could not be installed; is the npm registry reachable?',
    )
  })
  must(pinnedNode, ['server/persistence/generate-client.mjs'], 'the database client could not be generated')
}

function build() {
  const sources = [
    'app',
    'components',
    'server/contracts',
    'public',
    'package-lock.json',
    'next.config.ts',
    'postcss.config.mjs',
  ]
  once('build', sources, existsSync(path.join(root, '.next', 'BUILD_ID')), () => {
    say('building the interface (about half a minute, once)')
    must(path.join(bin, 'next'), ['build'], 'the interface could not be built')
  })
}

function installBrowser() {
  if (existsSync('/usr/bin/chromium') || process.env.CHROMIUM_PATH) return
  const apt =
    process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
  if (apt) {
    say('installing Chromium from the system packages (once)')
    spawnSync('apt-get', ['update'], { stdio: 'ignore' })
    const { status } = spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
      stdio: 'ignore',
    })
    if (status === 0) return
  }
  say('installing Chromium with Playwright (once)')
  must(
    path.join(bin, 'playwright'),
    ['install', 'chromium'],
    'no browser could be installed; install Chromium and set CHROMIUM_PATH',
  )
}

/** Does `work` unless it was done for exactly these sources before. */
function once(name, sources, isPresent, work) {
  const stamp = path.join(stateDir, name)
  const digest = digestOf(sources)
  if (isPresent && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  work()
  mkdirSync(stateDir, { recursive: true })
  // Installing may touch the lock file: what counts is how the sources are afterwards.
  writeFileSync(stamp, digestOf(sources))
}

function digestOf(sources) {
  const hash = createHash('sha256')
  for (const source of sources) addTo(hash, path.join(root, source))
  return hash.digest('hex')
}

function addTo(hash, file) {
  if (!existsSync(file)) return
  if (statSync(file).isDirectory()) {
    for (const entry of readdirSync(file).sort()) addTo(hash, path.join(file, entry))
    return
  }
  hash.update(path.relative(root, file)).update(readFileSync(file))
}

/** Runs to the end; its failure is ours, with one sentence. */
function must(program, parameters, otherwise) {
  const { status, error } = spawnSync(program, parameters, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment,
  })
  if (error || status !== 0) fail(otherwise)
}

/** Runs in the foreground, passes signals on, and answers its exit code. */
function run(program, parameters, extra = {}) {
  return new Promise(resolve => {
    const child = spawn(program, parameters, { cwd: root, stdio: 'inherit', env: { ...environment, ...extra } })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', error => fail(error.message))
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))
  })
}

function say(text) {
  console.error(`quarterdeck: ${text}`)
}

function fail(text) {
  console.error(`quarterdeck: ${text}`)
  process.exit(1)
}
