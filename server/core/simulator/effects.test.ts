import { expect, test } from 'vitest'
import { Comparison } from './compare.ts'
import { recordOf } from './run-record.ts'
import { erlangWaitMs, type MarkovQueue, markovHistory } from './testing/synthetic-history.ts'

const unpriced = { modules: [] }

/** The same arrivals and calls on another number of servers, as a run. */
function runOf(queue: MarkovQueue) {
  const record = recordOf(markovHistory(queue), unpriced)
  return { record, calls: queue.count, beyondLoad: 0, assumed: 0 }
}

test('95 % intervals hold the true effect in about 95 of 100 histories', () => {
  const load = { count: 2_000, meanGapMs: 1_000, meanCallMs: 1_000 }
  const truth = erlangWaitMs(3, load.meanGapMs, load.meanCallMs) - erlangWaitMs(2, load.meanGapMs, load.meanCallMs)
  const histories = 200
  let covered = 0
  for (let seed = 0; seed < histories; seed++) {
    const queue = { ...load, servers: 2, seed: 1_000 + seed }
    const comparison = new Comparison(markovHistory(queue), unpriced)
    comparison.add(runOf(queue), runOf({ ...queue, servers: 3 }))
    const effect = comparison.result(0).effects.find(({ measure }) => measure === 'wait_mean')
    if (effect?.interval && effect.interval[0] <= truth && truth <= effect.interval[1]) covered++
  }
  // 200 at 95 % give 190; two standard deviations are 6, and small samples of skewed waits cost a few.
  expect(covered).toBeGreaterThanOrEqual(178)
  expect(covered).toBeLessThan(200)
})
