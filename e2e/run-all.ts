import { spawnSync } from 'node:child_process'
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
const reports = mkdtempSync(path.join(tmpdir(), 'quarterdeck-reports-'))

/** Runs every check and test in turn, whatever fails on the way, and ends with one line that counts them all. */
function main(): void {
  const checks = ['check:format', 'check:lint', 'check:types', 'check:boundaries', 'check:unused', 'check:drift']
  const tallies = [...checks.map(runCheck), runUnitTests(), runBrowserTests()]
  rmSync(reports, { recursive: true, force: true })
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

function runCheck(name: string): Tally {
  const isOk = run('npm', ['run', '--silent', name])
  console.log(`${isOk ? 'ok    ' : 'FAILED'} ${name}`)
  return isOk ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function runUnitTests(): Tally {
  const file = path.join(reports, 'vitest.json')
  const isOk = run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`])
  const report = readReport<{ numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }>(file)
  return atLeastOneFailure(isOk, {
    passed: report?.numPassedTests ?? 0,
    failed: report ? report.numFailedTests : 1,
  })
}

function runBrowserTests(): Tally {
  const file = path.join(reports, 'playwright.json')
  const isOk = run('playwright', ['test', '-c', 'e2e/playwright.config.ts'], { PLAYWRIGHT_JSON_OUTPUT_FILE: file })
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

function run(program: string, parameters: string[], variables: Record<string, string> = {}): boolean {
  const { status } = spawnSync(program, parameters, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Servers are started by the dozen; with a cache of what was compiled each takes half the time.
    env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: compileCache, ...variables },
  })
  return status === 0
}

function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return null
  }
}

main()
