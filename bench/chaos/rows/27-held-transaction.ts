import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { until } from '../../../server/testing/until.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'
import type { Stage } from '../stage.ts'

const perSecond = 200
const recoveredWithinMs = 60_000

export const heldTransaction: FaultRow = {
  row: 27,
  fault: 'held transaction',
  how: isFull =>
    `a session holds a snapshot for ${isFull ? '10 min' : '40 s'} at ${perSecond} tasks/s, so that nothing that is deleted can be removed`,
  mustHold: 'work goes on at its rate; dead rows are gone within 60 s of the release',
  async run(stage) {
    await stage.startReplica()
    await stage.startModule('worker', () => ({ status: 200, body: null, delayMs: 10 }), { capacity: 60 })
    const load = new Load(stage, { perSecond })
    await sleep(1_000)
    const base = await endedIn(stage, 6_000)
    const holder = new pg.Client(stage.databaseUrl)
    await holder.connect()
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await holder.query('SELECT count(*) FROM task')
    await sleep(stage.isFull ? 590_000 : 30_000)
    const during = await endedIn(stage, 10_000)
    const dead = await deadRows(stage)
    const waitP99Ms = await recentWaitP99Ms(stage)
    await holder.end()
    const released = Date.now()
    await until('dead rows are gone', async () => (await deadRows(stage)) < Math.max(2_000, dead / 10), 120_000).catch(
      () => {},
    )
    const recoveredMs = Date.now() - released
    const left = await deadRows(stage)
    const { submitP99Ms } = await load.stop()
    await stage.untilIdle()
    const ratio = Math.round((during / base) * 1_000) / 1_000
    return {
      figure: `${Math.round(during)}/s ended at the end of it, ${Math.round(base)}/s before: ratio ${ratio}; accepted to claimed p99 ${waitP99Ms} ms; ${dead.toLocaleString('en')} dead rows, gone ${(recoveredMs / 1_000).toFixed(0)} s after the release`,
      measured: {
        basePerSecond: base,
        duringPerSecond: during,
        ratio,
        waitP99Ms,
        deadRows: dead,
        deadRowsAfter: left,
        recoveredMs,
        submitP99Ms,
      },
      violations: violationsOf({
        'under 90 % of the rate': ratio >= 0.9,
        'dead rows not gone within 60 s': recoveredMs <= recoveredWithinMs,
      }),
    }
  },
}

/** Tasks that end in a second, over the next `ms`. */
async function endedIn(stage: Stage, ms: number): Promise<number> {
  const from = new Date()
  await sleep(ms)
  return (await stage.count('SELECT count(*) FROM outcome WHERE finished_at > $1', [from])) / (ms / 1_000)
}

function deadRows(stage: Stage): Promise<number> {
  return stage.count(
    `SELECT sum(n_dead_tup) AS count FROM pg_stat_user_tables WHERE relname IN ('ready', 'lease', 'waiting')`,
  )
}

function recentWaitP99Ms(stage: Stage): Promise<number> {
  return stage.count(`
    SELECT round(percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM a.claimed_at - t.accepted_at) * 1000)) AS count
    FROM task t JOIN attempt a ON a.task_id = t.id WHERE t.accepted_at > clock_timestamp() - interval '10 seconds'`)
}
