import { type FaultRow, quantile, violationsOf } from '../fault-row.ts'

const callTimeoutMs = 1_000
/** Timers and connections of a busy machine; what lasts longer was not cut off by the time-out. */
const graceMs = 1_000

export const hangingModule: FaultRow = {
  row: 12,
  fault: 'hanging module',
  how: isFull =>
    `of ${isFull ? '900' : '100'} calls half get no headers and half a body that never ends, with a time-out of ${callTimeoutMs / 1_000} s`,
  mustHold: 'aborted at the time-out, slots free, no socket left open',
  async run(stage) {
    await stage.startReplica()
    const count = stage.isFull ? 900 : 100
    const module = await stage.startModule(
      'worker',
      call => (Number(call.payload) % 2 === 0 ? 'hang' : 'hang_in_body'),
      // That many failures would open the breaker, which is another row's matter.
      { capacity: 20, breaker: { callTimeoutMs, failureThreshold: 1_000 } },
    )
    await stage.submitMany(count, { maxAttempts: 1 })
    await stage.untilIdle(stage.isFull ? 600_000 : 120_000)
    const { rows } = await stage.pool.query<{ ms: number; code: string }>(
      `SELECT extract(epoch FROM a.ended_at - a.dispatched_at)::float8 * 1000 AS ms, a.error_code AS code FROM attempt a`,
    )
    const heldMs = rows.map(({ ms }) => ms)
    const timedOut = rows.filter(({ code }) => code === 'TIMEOUT').length
    const openSockets = module.calls.length - module.aborted
    const slotsHeld = (await stage.client.query<{ inFlight: number }>('router.balancer')).inFlight
    const longestMs = Math.round(Math.max(...heldMs))
    return {
      figure: `${timedOut} of ${count} calls timed out, held for ${quantile(heldMs, 0.5)} ms (p50) and at most ${longestMs} ms; ${openSockets} sockets and ${slotsHeld} slots left`,
      measured: { calls: rows.length, timedOut, heldP50Ms: quantile(heldMs, 0.5), longestMs, openSockets, slotsHeld },
      violations: violationsOf({
        'not all timed out': timedOut === count,
        'held longer than the time-out': longestMs < callTimeoutMs + graceMs,
        'sockets left open': openSockets === 0,
        'slots not free': slotsHeld === 0,
      }),
    }
  },
}
