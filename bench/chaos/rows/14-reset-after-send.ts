import { type FaultRow, violationsOf } from '../fault-row.ts'

/** Fewer than the tenth of the calls that may be retries at their usual delay; what happens beyond is row 18. */
const resetEvery = 15

export const resetAfterSend: FaultRow = {
  row: 14,
  fault: 'reset after send',
  how: isFull =>
    `the module does the work of every ${resetEvery}th call and resets the connection instead of answering, ${isFull ? '20,000' : '600'} tasks`,
  mustHold: 'unknown, so called again under the same key',
  async run(stage) {
    await stage.startReplicas(2)
    const effects = new Set<string>()
    const module = await stage.startModule(
      'worker',
      call => {
        const isFirst = !effects.has(call.idempotencyKey ?? '')
        effects.add(call.idempotencyKey ?? '')
        return isFirst && Number(call.payload) % resetEvery === 0 ? 'reset' : { status: 200, body: 'done' }
      },
      // Its resets would open the breaker, which is another row's matter.
      { breaker: { failureThreshold: 1_000 }, retry: { baseMs: 50, capMs: 200 } },
    )
    const count = stage.isFull ? 20_000 : 600
    await stage.submitMany(count)
    await stage.untilIdle(stage.isFull ? 3_600_000 : 120_000)
    const succeeded = await stage.count(`SELECT count(*) FROM outcome WHERE status = 'succeeded'`)
    const repeats = module.calls.length - count
    return {
      figure: `${repeats} calls repeated in ${count.toLocaleString('en')} tasks, ${effects.size} keys, ${succeeded} succeeded`,
      measured: { tasks: count, repeats, keys: effects.size, succeeded },
      violations: violationsOf({
        'not all succeeded': succeeded === count,
        'not called again exactly once after each reset': repeats === Math.ceil(count / resetEvery),
        'another key': effects.size === count,
      }),
    }
  },
}
