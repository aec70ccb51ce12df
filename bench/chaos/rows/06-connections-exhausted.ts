import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load, offerLoad } from '../load.ts'
import type { Stage } from '../stage.ts'

export const connectionsExhausted: FaultRow = {
  row: 6,
  fault: 'connections exhausted',
  how: isFull =>
    `idle sessions hold every connection of the database while the sessions of two replicas are ended, for ${isFull ? '2 min' : '12 s'}`,
  mustHold: 'answers with an error, no deadlock; all is well within 10 s of the end',
  async run(stage) {
    await stage.startReplicas(2)
    await stage.startModule('worker', () => ({ status: 200, body: 'done', delayMs: 20 }))
    await offerLoad(stage, 2, { perSecond: 50 })
    const held = await holdAll(stage)
    const load = new Load(stage, { perSecond: 50 })
    await sleep(stage.isFull ? 120_000 : 12_000)
    const during = await load.stop()
    await Promise.all(held.map(client => client.end().catch(() => {})))
    const released = Date.now()
    const after = new Load(stage, { perSecond: 50, isPersistent: true })
    await sleep(3_000)
    const { taken, offered } = await after.stop()
    await stage.untilIdle()
    const recoveredMs = Date.now() - released
    const refused = during.offered - during.taken
    const unanswered = during.errors['NO_ANSWER'] ?? 0
    return {
      figure: `${held.length} sessions held; ${Math.round((refused / during.offered) * 100)} % of ${during.offered} submissions refused, ${unanswered} unanswered, p99 of those taken ${during.submitP99Ms} ms; idle again ${(recoveredMs / 1_000).toFixed(1)} s after the release`,
      measured: {
        held: held.length,
        offered: during.offered,
        refused,
        unanswered,
        submitP99Ms: during.submitP99Ms,
        recoveredMs,
      },
      violations: violationsOf({
        'submissions without an answer': unanswered === 0,
        'submissions after the release never taken': taken === offered,
        'not well again within 10 s and the 3 s of load': recoveredMs < 13_000,
        'a replica ended': stage.replicas.length === 2,
      }),
    }
  },
}

/** Ends every session of the replicas and takes its place, until none is left. */
async function holdAll(stage: Stage): Promise<pg.Client[]> {
  const held: pg.Client[] = []
  const takeOne = async () => {
    const client = new pg.Client(stage.databaseUrl)
    client.on('error', () => {})
    try {
      await client.connect()
      held.push(client)
      return true
    } catch {
      return false
    }
  }
  // The checks need some of their own: they are in the pool by now, and idle.
  await Promise.all(Array.from({ length: 4 }, () => stage.pool.query('SELECT pg_sleep(0.05)')))
  const giveUpAt = Date.now() + 20_000
  while (Date.now() < giveUpAt) {
    while (await takeOne()) continue
    const ended = await stage.count(`
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'quarterdeck%'`)
    if (ended === 0) return held
  }
  return held
}
