import { expect, test } from 'vitest'
import { runReplay } from '#server/composition/simulator/run-replay.ts'
import { instanceRecord, moduleRecord } from '../registry/testing/builders.ts'
import { Comparison } from './compare.ts'
import { storeDelayOf } from './store-delay.ts'
import { historyOf, recordedTask, snapshotOf, windowStart } from './testing/synthetic-history.ts'

const module = moduleRecord('m1', {
  capabilities: [{ type: 'work', inputSchema: null, outputSchema: null }],
  instances: [instanceRecord('http://10.0.0.1/', { capacity: 8 })],
})

/** One task a second for an hour on an idle module, each called so many ms after it came. */
function recordWaits(waitOf: (place: number) => number) {
  const tasks = Array.from({ length: 3_600 }, (_, place) => {
    const dispatchedAt = windowStart + place * 1_000 + waitOf(place)
    return recordedTask(place * 1_000, [{ dispatchedAt, endedAt: dispatchedAt + 400 }])
  })
  return historyOf(tasks, 3_600_000)
}

test('what the database takes to hand a task out is read off the fastest recorded ones, and is never a queue', () => {
  expect(storeDelayOf(recordWaits(place => 20 + (place % 10)))).toBe(20)
  expect(storeDelayOf(recordWaits(place => (place % 100 === 0 ? 0 : 30)))).toBe(30)
  expect(storeDelayOf(recordWaits(() => 5_000))).toBe(50)
  expect(storeDelayOf(recordWaits(() => -5))).toBe(0)
  expect(storeDelayOf(historyOf([], 60_000))).toBe(0)
})

test('an idle fleet whose waits are those of its database is given back well', async () => {
  const history = recordWaits(place => 20 + (place % 5))
  const snapshot = snapshotOf(module)
  const comparison = new Comparison(history, snapshot)
  const run = await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })
  comparison.add(run, run)
  expect(comparison.result(1).fidelity.verdict).toBe('strong')
})

test('waits that are queues go away with them', async () => {
  const history = recordWaits(() => 5_000)
  const snapshot = snapshotOf(module)
  const { record } = await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })
  expect(Math.max(...record.waitMs)).toBe(50)
})
