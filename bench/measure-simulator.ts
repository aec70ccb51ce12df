import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { below, type Figure, toFigure } from './figure.ts'

/** One replay takes minutes, and differs little from the next. */
const mostRuns = 3

/** How long it takes to simulate a day of 1,000,000 tasks on one core, each run in a process of its own. */
export function measureSimulator(runs: number): Figure[] {
  const program = path.join(import.meta.dirname, 'simulator', 'replay-day.ts')
  const seconds = Array.from({ length: Math.min(runs, mostRuns) }, () => {
    const { stdout, status } = spawnSync(process.execPath, [program], { encoding: 'utf8' })
    if (status !== 0) throw new Error('bench/simulator/replay-day.ts failed')
    return Math.round((JSON.parse(stdout) as { cpuSeconds: number }).cpuSeconds)
  })
  return [toFigure('simulate 24 h of 1,000,000 tasks, CPU time', 's', seconds, below(60))]
}
