import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'

const perSecond = 40
/** Calls in a second after the return, of those before the fault. */
const mostPeak = 4

export const retryStorm: FaultRow = {
  row: 18,
  fault: 'retry storm',
  how: isFull =>
    `a module fails for ${isFull ? '5 min' : '10 s'} at ${perSecond} tasks/s and comes back, its breaker kept from opening`,
  mustHold: `all succeed, none is dead-lettered for the budget; the peak of calls in a second after the return under ${mostPeak} times the base`,
  async run(stage) {
    await stage.startReplica()
    let isDown = false
    const calls: { at: number; attempt: number }[] = []
    await stage.startModule(
      'worker',
      call => {
        calls.push({ at: Date.now(), attempt: call.attempt })
        return isDown
          ? { status: 503, body: { error: { code: 'DOWN', message: 'away' } } }
          : { status: 200, body: null }
      },
      { capacity: 400, breaker: { failureThreshold: 1_000 }, retry: { maxAttempts: 100, baseMs: 500, capMs: 10_000 } },
    )
    const load = new Load(stage, { perSecond, task: () => ({ totalTimeoutMs: stage.isFull ? 3_600_000 : 80_000 }) })
    await sleep(5_000)
    const downFrom = Date.now()
    isDown = true
    await sleep(stage.isFull ? 300_000 : 10_000)
    isDown = false
    const backAt = Date.now()
    await sleep(5_000)
    const { taken } = await load.stop()
    await stage.untilIdle(600_000)
    const lastMs = Math.max(...calls.map(({ at }) => at)) - backAt
    const base = peakPerSecond(calls.filter(({ at }) => at < downFrom))
    const during = peakPerSecond(calls.filter(({ at }) => at >= downFrom && at < backAt))
    const peak = peakPerSecond(calls.filter(({ at }) => at >= backAt))
    const dead = await stage.count(`SELECT count(*) FROM outcome WHERE status <> 'succeeded'`)
    const waited = calls.filter(({ at, attempt }) => at >= backAt && attempt > 1).length
    const ratio = Math.round((peak / base) * 100) / 100
    return {
      figure: `peak ${peak} calls/s after the return, ${during} while it was away, of ${base} before: ${ratio}; ${waited} retries spread over ${(lastMs / 1_000).toFixed(0)} s; ${dead} of ${taken} tasks dead`,
      measured: {
        basePeakPerSecond: base,
        awayPeakPerSecond: during,
        backPeakPerSecond: peak,
        ratio,
        retriesAfter: waited,
        spreadMs: lastMs,
        dead,
        tasks: taken,
      },
      violations: violationsOf({
        'tasks dead-lettered': dead === 0,
        'nothing was tried again': waited > 0,
        'the peak after the return is a storm': ratio < mostPeak,
      }),
    }
  },
}

/** The most calls in any second. */
function peakPerSecond(calls: readonly { at: number }[]): number {
  const times = calls.map(({ at }) => at).toSorted((a, b) => a - b)
  let [first, most] = [0, 0]
  for (const [index, at] of times.entries()) {
    while (at - (times[first] ?? 0) >= 1_000) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}
