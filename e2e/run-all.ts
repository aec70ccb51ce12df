import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** How many passed and failed of one kind of test. */
interface Tally {
  passed: number
  failed: number
}

const root = path.resolve(import.meta.dirname, '..')
const compileCache = path.join(root, 'node_modules/.cache/node-compile')
const checks = ['check:format', 'check:lint', 'check:types', 'check:boundaries', 'check:unused', 'check:drift']
const reports = mkdtempSync(path.join(tmpdir(), 'quarterdeck-reports-'))

/**
 * Runs every check and test, whatever fails on the way, and ends with one line that counts them all. Tests in a browser run beside the
 * others: both wait more than they compute. What they say is shown when they have ended.
 */
async function main(): Promise<void> {
  const browserOutput: string[] = []
  const inBrowser = runBrowserTests(browserOutput)
  const tallies = [await runUnitTests()]
  for (const name of checks) tallies.push(await runCheck(name))
  tallies.push(await inBrowser)
  console.log(browserOutput.join(''))
  rmSync(reports, { recursive: true, force: true })
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

async function runUnitTests(): Promise<Tally> {
  const file = path.join(reports, 'vitest.json')
  const isOk = await run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`])
  const report = readReport<{ numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }>(file)
  return atLeastOneFailure(isOk, {
    passed: report?.numPassedTests ?? 0,
    failed: report ? report.numFailedTests : 1,
  })
}

async function runCheck(name: string): Promise<Tally> {
  const isOk = await run('npm', ['run', '--silent', name])
  console.log(`${isOk ? 'ok    ' : 'FAILED'} ${name}`)
  return isOk ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

async function runBrowserTests(output: string[]): Promise<Tally> {
  const file = path.join(reports, 'playwright.json')
  const variables = { PLAYWRIGHT_JSON_OUTPUT_FILE: file }
  const isOk = await run('playwright', ['test', '-c', 'e2e/playwright.config.ts'], { variables, output })
  const report = readReport<{ stats: { expected: number; unexpected: number; flaky: number } }>(file)
  return atLeastOneFailure(isOk, {
    passed: (report?.stats.expected ?? 0) + (report?.stats.flaky ?? 0),
    failed: report ? report.stats.unexpected : 1,
  })
}

/** A runner that failed without a failing test (a file that does not load) still counts. */
function atLeastOneFailure(isOk: boolean, tally: Tally): Tally {
  return isOk || tally.failed > 0 ? tally : { ...tally, failed: 1 }
}

/** Answers whether it went well. What it says goes to `output`, or straight to the console. */
function run(
  program: string,
  parameters: string[],
  { variables, output }: { variables?: Record<string, string>; output?: string[] } = {},
): Promise<boolean> {
  const child = spawn(program, parameters, {
    cwd: root,
    stdio: ['ignore', output ? 'pipe' : 'inherit', output ? 'pipe' : 'inherit'],
    // Servers are started by the dozen; with a cache of what was compiled each takes half the time.
    env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: compileCache, ...variables },
  })
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', text => output?.push(text))
  return new Promise(resolve => {
    child.on('error', () => resolve(false))
    child.on('close', status => resolve(status === 0))
  })
}

function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return null
  }
}

await main()
