import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'

const perSecond = 150
const terminatedPerSecond = 2

export const backendsTerminated: FaultRow = {
  row: 4,
  fault: 'backends terminated',
  how: isFull =>
    `${terminatedPerSecond} database sessions of two replicas ended per second for ${isFull ? '5 min' : '20 s'}, at ${perSecond} submissions/s that are not repeated`,
  mustHold: 'the invariants; who fails is told to try again',
  async run(stage) {
    await stage.startReplicas(2)
    await stage.startModule('worker', () => ({ status: 200, body: 'done', delayMs: 20 }))
    const load = new Load(stage, { perSecond })
    let ended = 0
    const until = Date.now() + (stage.isFull ? 300_000 : 20_000)
    while (Date.now() < until) {
      ended += await stage.count(`
        WITH chosen AS MATERIALIZED (
          SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'quarterdeck%' ORDER BY random() LIMIT 1
        ) SELECT count(pg_terminate_backend(pid)) FROM chosen`)
      await sleep(1_000 / terminatedPerSecond)
    }
    const { offered, taken, submitP99Ms, errors } = await load.stop()
    await stage.untilIdle()
    const otherErrors = Object.keys(errors).filter(code => code !== 'DATABASE_UNAVAILABLE')
    const errorShare = (offered - taken) / offered
    return {
      figure: `${ended} sessions ended; ${offered - taken} of ${offered.toLocaleString('en')} submissions failed (${(errorShare * 100).toFixed(2)} %), submit p99 ${submitP99Ms} ms`,
      measured: { ended, offered, taken, errorShare, submitP99Ms },
      violations: violationsOf({
        'no session was ended': ended > 0,
        [`answered with ${otherErrors.join(', ')}`]: otherErrors.length === 0,
        'a replica ended': stage.replicas.length === 2,
      }),
    }
  },
}
