import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
export const resultsFile = path.join(root, 'bench/results/chaos.json')

/** What one row came to, with all that is needed to run it again. */
export interface FaultResult {
  row: number
  fault: string
  how: string
  mustHold: string
  figure: string
  measured: Record<string, number | null>
  violations: string[]
  verdict: 'held' | 'not held'
  isFull: boolean
  seed: number
  commit: string
  machine: string
  at: string
  tookS: number
}

/** Where and at which commit it is now. */
export function machine(): Pick<FaultResult, 'commit' | 'machine' | 'at'> {
  return {
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    machine: `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
    at: new Date().toISOString(),
  }
}

/** Writes all rows as JSON and as a page of the documentation. */
export function writeFaults(results: readonly FaultResult[]): void {
  const rows = results.toSorted((a, b) => a.row - b.row)
  mkdirSync(path.dirname(resultsFile), { recursive: true })
  writeFileSync(resultsFile, `${JSON.stringify(rows, null, 2)}\n`)
  const notHeld = rows.filter(({ verdict }) => verdict !== 'held')
  const text = `# Faults

Written by \`npm run chaos\`. Each row starts real servers as processes of their own, on a real PostgreSQL and with modules over
HTTP, does the fault to them under load, and then checks, beside what the row demands, on every task that was accepted: it is alive
or ended, in one place; an ended one has one outcome, told of once; a key has made one task; what was acknowledged is there; a holder whose lease was taken
over has written nothing; totals are what the tables hold; no lease and no slot is held at rest; events are numbered without gaps.

${notHeld.length === 0 ? 'All of these hold.' : `**${notHeld.length} of ${rows.length} do not hold**; what did not is below the table.`}
Durations are ${describeDurations(rows)}.

| row | fault | how | must hold | figure | verdict | seed | commit |
|---|---|---|---|---|---|---|---|
${rows.map(toRow).join('\n')}
${notHeld.map(toFaults).join('')}
Machine: ${[...new Set(rows.map(row => row.machine))].join('; ')}. Server processes, database, modules and the load share it. The
database of all rows but 3 runs without fsync, which costs nothing but time here: no row cuts the power of the machine.
`
  writeFileSync(path.join(root, 'docs/faults.md'), text)
}

function describeDurations(rows: readonly FaultResult[]): string {
  const full = rows.filter(({ isFull }) => isFull).length
  if (full === rows.length) return 'the full ones'
  return full === 0 ? 'the short ones; `npm run chaos -- --full` takes hours' : 'as each row says'
}

function toRow(row: FaultResult): string {
  const verdict = row.verdict === 'held' ? 'held' : '**not held**'
  const cells = [row.row, row.fault, row.how, row.mustHold, row.figure, verdict, row.seed, row.commit]
  return `| ${cells.map(cell => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

function toFaults({ row, fault, violations }: FaultResult): string {
  return `\n## Row ${row}, ${fault}, does not hold\n\n${violations.map(violation => `- ${violation.replaceAll('\n', ' ')}`).join('\n')}\n`
}
