import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRow, quantile, violationsOf } from '../fault-row.ts'

const skewMs = 300_000
const lateMs = 2_000

export const clockSkew: FaultRow = {
  row: 19,
  fault: 'clock skew',
  how: isFull =>
    `the machine of one replica is 5 min ahead, that of the other 5 min behind, and both jump to the opposite while tasks that start in 1 to 3 s wait; ${isFull ? '60 rounds' : '2 rounds'}`,
  mustHold: `no claim before its time by the database's clock, none ${lateMs / 1_000} s after, no lease taken over`,
  async run(stage) {
    const ahead = await stage.startReplica({ CHAOS_CLOCK_SKEW_MS: String(skewMs) })
    const behind = await stage.startReplica({ CHAOS_CLOCK_SKEW_MS: String(-skewMs) })
    await stage.untilAllLive()
    await stage.startModule('worker', () => ({ status: 200, body: null, delayMs: 200 }), { capacity: 100 })
    for (let round = 0; round < (stage.isFull ? 60 : 2); round++) {
      const soon = () => new Date(Date.now() + 1_000 + stage.draw(2_000)).toISOString()
      for (const { client } of [ahead, behind]) {
        const deadline = new Date(Date.now() + 60_000).toISOString()
        await stage.submit(
          Array.from({ length: 50 }, () => ({ type: 'work', payload: 0, runAt: soon(), deadline })),
          client,
        )
        await stage.submitMany(50, { deadline }, client)
      }
      await sleep(800)
      for (const { child } of [ahead, behind]) child.kill('SIGUSR2')
      await stage.untilIdle()
    }
    const { rows } = await stage.pool.query<{ ms: number }>(`
      SELECT (extract(epoch FROM a.claimed_at - t.run_at) * 1000)::float8 AS ms
      FROM task t JOIN attempt a ON a.task_id = t.id AND a.number = 1 WHERE t.run_at IS NOT NULL`)
    const errors = rows.map(row => row.ms)
    const [leastMs, p50Ms, mostMs] = [
      Math.floor(Math.min(...errors)),
      quantile(errors, 0.5),
      Math.round(Math.max(...errors)),
    ]
    const wrong = await stage.count(`SELECT count(*) FROM outcome WHERE status <> 'succeeded'`)
    const lost = await stage.count(`SELECT count(*) FROM attempt WHERE outcome = 'lost'`)
    return {
      figure: `${errors.length} delayed tasks claimed ${leastMs} to ${mostMs} ms after their time, p50 ${p50Ms} ms; ${lost} leases taken over, ${wrong} tasks expired or failed`,
      measured: { delayed: errors.length, leastMs, p50Ms, mostMs, lost, wrong },
      violations: violationsOf({
        'claimed before its time': leastMs >= 0,
        'claimed late': mostMs <= lateMs,
        'a lease was taken over': lost === 0,
        'a task expired or failed': wrong === 0,
      }),
    }
  },
}
