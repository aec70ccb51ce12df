import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '../../../server/core/shared/logger.ts'
import { queueSettings } from '../../../server/persistence/embedded/settings.ts'
import { startThrowawayPostgres } from '../../../server/persistence/embedded/throwaway-postgres.ts'
import { applyMigrations } from '../../../server/persistence/migrate/apply-migrations.ts'
import { until } from '../../../server/testing/until.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'
import { Stage } from '../stage.ts'

const perSecond = 100

export const databaseRestart: FaultRow = {
  row: 3,
  fault: 'database restart',
  how: isFull =>
    `immediate stop (as a crash) and out of reach for 2 to 10 s, ${isFull ? '20 times' : 'three times'}, fsync on, at ${perSecond} submissions/s to two replicas`,
  mustHold: 'nothing acknowledged lost; the processes live',
  async open(_template, options) {
    const server = await startThrowawayPostgres(queueSettings)
    await applyMigrations({ url: server.url, logger: silentLogger })
    const stage = new Stage(server.url, options)
    stage.use(server)
    return stage
  },
  async run(stage) {
    const replicas = await stage.startReplicas(2)
    await stage.startModule('worker', () => ({ status: 200, body: 'done', delayMs: 20 }))
    const load = new Load(stage, { perSecond, isPersistent: true })
    await sleep(1_000)
    const outages: number[] = []
    const catchUps: number[] = []
    for (let round = 0; round < (stage.isFull ? 20 : 3); round++) {
      const awayMs = 2_000 + stage.draw(8_000)
      const { rows } = await stage.pool.query<{ pid: string }>(
        `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`,
      )
      await Promise.all(replicas.map(({ proxy }) => proxy.cut()))
      process.kill(Number(rows[0]?.pid), 'SIGQUIT')
      const from = Date.now()
      await sleep(awayMs)
      await until(
        'the database is back',
        () =>
          stage.pool.query('SELECT 1').then(
            () => true,
            () => false,
          ),
        60_000,
      )
      await Promise.all(replicas.map(({ proxy }) => proxy.restore()))
      const back = Date.now()
      outages.push(back - from)
      await until(
        'work ends again',
        () => stage.count('SELECT count(*) FROM outcome WHERE finished_at > $1', [new Date(back)]),
        60_000,
      )
      catchUps.push(Date.now() - back)
      await sleep(2_000)
    }
    const { offered, taken, errors } = await load.stop()
    await stage.untilIdle()
    const lostReplicas = await stage.count('SELECT count(*) FROM replica WHERE lost_at IS NOT NULL')
    const [longestOutageMs, longestCatchUpMs] = [Math.max(...outages), Math.max(...catchUps)]
    return {
      figure: `${outages.length} outages of up to ${(longestOutageMs / 1_000).toFixed(1)} s; work ended again ${(longestCatchUpMs / 1_000).toFixed(1)} s after the end of the worst; ${taken} of ${offered} submissions taken in the end`,
      measured: {
        outages: outages.length,
        longestOutageMs,
        longestCatchUpMs,
        offered,
        taken,
        refusals: sum(errors),
        lostReplicas,
      },
      violations: violationsOf({
        'a process ended': stage.replicas.length === replicas.length,
        'submissions never taken': taken === offered,
        'a replica was taken for dead': lostReplicas === 0,
      }),
    }
  },
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
