import type { SimulationResult } from '../../contracts/simulations.ts'
import { QuarterdeckError } from '../../core/shared/errors.ts'
import { Comparison } from '../../core/simulator/compare.ts'
import type { RecordedHistory } from '../../core/simulator/recorded-history.ts'
import type { SimulationJob } from '../../core/simulator/simulation-service.ts'
import { runReplay } from './run-replay.ts'

/** With fewer recorded tasks there is nothing to learn. */
const leastTasks = 20
const seeds = 3

/**
 * The present configuration and the changed one, each replayed with three seeds, and compared. Throws NO_HISTORY when too little
 * was recorded.
 */
export async function simulateJob(
  job: SimulationJob,
  history: RecordedHistory,
  onProgress: (share: number) => void,
): Promise<SimulationResult> {
  if (history.tasks.length < leastTasks) {
    throw new QuarterdeckError('NO_HISTORY', {
      message: `${history.tasks.length} tasks were recorded in this window; a simulation needs ${leastTasks} or more.`,
      action: 'Choose a longer window, or wait until there has been more traffic.',
    })
  }
  const { present, changed, load, seed } = job
  const rateOf = (type: string) => (load === undefined || (load.taskType ?? type) !== type ? 1 : load.factor)
  const comparison = new Comparison(history, present)
  const begun = performance.now()
  const runs = 2 * seeds
  for (let round = 0; round < seeds; round++) {
    const common = { history, recordedUnder: present, seed: seed + round }
    const progress = (run: number) => ({ onProgress: (share: number) => onProgress((2 * round + run + share) / runs) })
    const before = await runReplay({ ...common, snapshot: present }, progress(0))
    const after = await runReplay({ ...common, snapshot: changed, rateOf }, progress(1))
    comparison.add(before, after)
  }
  return comparison.result((runs * history.tasks.length) / ((performance.now() - begun) / 1_000))
}
