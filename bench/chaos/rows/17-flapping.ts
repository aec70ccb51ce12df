import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'

const perSecond = 20
const openMs = 1_000

export const flapping: FaultRow = {
  row: 17,
  fault: 'flapping',
  how: isFull =>
    `every second call of a module fails by chance, at ${perSecond} tasks/s for ${isFull ? '5 min' : '15 s'}; its breaker opens for ${openMs / 1_000} s after 3 failures in a row`,
  mustHold: 'the breaker opens at most once in the time it stays open; all tasks succeed',
  async run(stage) {
    await stage.startReplica()
    let isOver = false
    const module = await stage.startModule(
      'worker',
      () =>
        !isOver && stage.random() < 0.5
          ? { status: 500, body: { error: { code: 'FLAPPED', message: 'not this time' } } }
          : { status: 200, body: null },
      {
        capacity: 100,
        breaker: { failureThreshold: 3, openMs, successThreshold: 2 },
        retry: { maxAttempts: 100, baseMs: 200, capMs: 2_000 },
      },
    )
    const begun = Date.now()
    const load = new Load(stage, { perSecond, task: () => ({ totalTimeoutMs: 600_000 }) })
    await sleep(stage.isFull ? 300_000 : 15_000)
    const { taken } = await load.stop()
    // What is left over would go on for as long as chance has it.
    isOver = true
    const flappedMs = Date.now() - begun
    await stage.untilIdle(600_000)
    const opened = await stage.count(`
      SELECT count(*) FROM event_batch b, jsonb_array_elements(b.events::jsonb) e WHERE e->>'type' = 'circuit.opened'`)
    const succeeded = await stage.count(`SELECT count(*) FROM outcome WHERE status = 'succeeded'`)
    const most = Math.ceil(flappedMs / openMs) + 1
    const retriesPerTask = Math.round(((module.calls.length - taken) / taken) * 100) / 100
    return {
      figure: `opened ${opened} times in ${Math.round(flappedMs / 1_000)} s (at most ${most}); ${retriesPerTask} retries per task; ${succeeded} of ${taken} succeeded`,
      measured: { opened, most, flappedMs, retriesPerTask, tasks: taken, succeeded },
      violations: violationsOf({
        'never opened': opened > 0,
        'opened more often than it can close': opened <= most,
        'not all succeeded': succeeded === taken,
      }),
    }
  },
}
