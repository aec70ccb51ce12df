import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { startTemplateDatabase, type TemplateDatabase } from '../../server/testing/template-database.ts'
import type { FaultRow } from './fault-row.ts'
import { brokenInvariants, leaksAtRest } from './invariants.ts'
import { faultRows } from './rows/index.ts'
import { Stage } from './stage.ts'
import { type FaultResult, machine, resultsFile, writeFaults } from './write-faults.ts'

/**
 * Tries the faults of the table on real servers and writes `docs/faults.md` and `bench/results/chaos.json`:
 * `npm run chaos [rows] [--seed n] [--full]`, such as `npm run chaos 1,3,7-9 --seed 42`. Rows that are not run keep what was
 * found of them last. Ends with 1 when a row does not hold.
 */
const { rows, seed, isFull } = readArguments(process.argv.slice(2))
const found = readEarlier()
let allHold = true
const template = await startTemplateDatabase()
let standing: Stage | null = null
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void takeAwayAll())
try {
  for (const row of rows) {
    const result = await tryRow(template, row)
    allHold &&= result.verdict === 'held'
    found.set(row.row, result)
    writeFaults([...found.values()])
    console.error(`row ${row.row}, ${row.fault}: ${result.verdict} after ${result.tookS} s: ${result.figure}`)
    for (const violation of result.violations) console.error(`  - ${violation}`)
  }
} finally {
  await template.stop()
}
process.exit(allHold ? 0 : 1)

async function takeAwayAll(): Promise<void> {
  await standing?.[Symbol.asyncDispose]().catch(() => {})
  await template.stop()
  process.exit(1)
}

async function tryRow(server: TemplateDatabase, row: FaultRow): Promise<FaultResult> {
  const begun = performance.now()
  const { figure, measured, violations } = await findingsOf(server, row)
  return {
    row: row.row,
    fault: row.fault,
    how: row.how(isFull),
    mustHold: row.mustHold,
    figure,
    measured,
    violations,
    verdict: violations.length === 0 ? 'held' : 'not held',
    isFull,
    seed,
    ...machine(),
    tookS: Math.round((performance.now() - begun) / 1_000),
  }
}

/** A row that cannot be carried out does not hold. */
async function findingsOf(server: TemplateDatabase, row: FaultRow) {
  const options = { seed: seed * 1_000 + row.row, isFull }
  try {
    await using stage = await (row.open ? row.open(server, options) : Stage.open(server, options))
    standing = stage
    const findings = await row.run(stage)
    if (row.isCoreOnly) return findings
    await stage.untilIdle()
    const clients = stage.replicas.map(({ client }) => client)
    const broken = [
      ...(await brokenInvariants(stage.pool, stage.acknowledged)),
      ...(await leaksAtRest(stage.pool, clients)),
    ]
    return { ...findings, violations: [...findings.violations, ...broken] }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    console.error(error)
    return { figure: 'could not be carried out', measured: {}, violations: [message] }
  }
}

function readArguments(given: readonly string[]): { rows: readonly FaultRow[]; seed: number; isFull: boolean } {
  const seedAt = given.indexOf('--seed')
  const seedGiven = seedAt < 0 ? 1 : Number(given[seedAt + 1])
  if (!Number.isInteger(seedGiven)) throw new Error('--seed takes a whole number')
  const lists = given.filter((word, index) => !word.startsWith('--') && (seedAt < 0 || index !== seedAt + 1))
  const wanted = lists
    .flatMap(list => list.split(','))
    .flatMap(part => {
      const [first, last = first] = part.split('-').map(Number)
      return faultRows.filter(({ row }) => row >= Number(first) && row <= Number(last)).map(({ row }) => row)
    })
  const chosen = lists.length === 0 ? faultRows : faultRows.filter(({ row }) => wanted.includes(row))
  if (chosen.length === 0) throw new Error(`there are rows ${faultRows.map(({ row }) => row).join(', ')}`)
  return { rows: chosen, seed: seedGiven, isFull: given.includes('--full') }
}

function readEarlier(): Map<number, FaultResult> {
  const file = path.resolve(resultsFile)
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as FaultResult[]) : []
  return new Map(earlier.map(result => [result.row, result]))
}
