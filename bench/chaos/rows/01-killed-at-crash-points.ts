import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ScriptedAnswer } from '../../../server/testing/scripted-module.ts'
import { until } from '../../../server/testing/until.ts'
import { crashPoints } from '../crash-points.ts'
import { type FaultRow, quantile, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'
import type { Replica, Stage } from '../stage.ts'

const victimsAtOnce = 5
const takenOverWithinMs = 10_000

/** A replica that is to die at a point of its life. */
interface Victim {
  point: string
  replica: Replica
  diedAt: number | null
}

export const killedAtCrashPoints: FaultRow = {
  row: 1,
  fault: 'replica killed mid-task',
  how: isFull =>
    `kill -9 at each of ${crashPoints.length} named points, ${isFull ? '10 times' : 'once'}, five replicas at a time beside one that lives`,
  mustHold: `taken over within ${takenOverWithinMs / 1_000} s, a key makes one task`,
  async run(stage) {
    const survivor = await stage.startReplica()
    const module = await stage.startModule('worker', call => withCheckpoint(call), { capacity: 60 })
    const points = Array.from({ length: stage.isFull ? 10 : 1 }, () => crashPoints).flat()
    const victims: Victim[] = []
    for (let first = 0; first < points.length; first += victimsAtOnce) {
      victims.push(...(await killSome(stage, points.slice(first, first + victimsAtOnce), survivor)))
    }
    const { recoveriesMs, lost } = await takeOvers(stage, victims)
    const tasks = await stage.count('SELECT count(*) FROM task')
    const repeats = module.calls.length - new Set(module.calls.map(call => call.taskId)).size
    const alive = victims.filter(({ diedAt }) => diedAt === null).map(({ point }) => point)
    const [p50Ms, p99Ms] = [quantile(recoveriesMs, 0.5), quantile(recoveriesMs, 0.99)]
    return {
      figure: `${victims.length} kills, ${tasks.toLocaleString('en')} tasks; ${lost} taken over, p50 ${p50Ms / 1_000} s, p99 ${p99Ms / 1_000} s after the kill; ${repeats} calls repeated`,
      measured: {
        kills: victims.length,
        tasks,
        lostLeases: lost,
        recoveryP50Ms: p50Ms,
        recoveryP99Ms: p99Ms,
        repeatedCalls: repeats,
      },
      violations: violationsOf({
        [`not reached: ${alive.join(', ')}`]: alive.length === 0,
        'taken over too late': lost > 0 && p99Ms <= takenOverWithinMs,
      }),
    }
  },
}

/** Every third call saves a checkpoint before it answers. */
function withCheckpoint({ rawBody, payload }: { rawBody: string; payload: unknown }): ScriptedAnswer {
  if (Number(payload) % 3 === 0) {
    const { callbackUrl } = JSON.parse(rawBody) as { callbackUrl: string }
    const body = JSON.stringify({ kind: 'checkpoint', data: { payload } })
    fetch(callbackUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(() => {})
  }
  return { status: 200, body: 'done', delayMs: 40 }
}

async function killSome(stage: Stage, points: readonly string[], survivor: Replica): Promise<Victim[]> {
  const victims = await Promise.all(
    points.map(async point => {
      const replica = await stage.startReplica({
        CHAOS_CRASH_AT: point,
        CHAOS_CRASH_ON_TIME: String(1 + stage.draw(4)),
        CHAOS_CRASH_DURING_MS: String(stage.draw(4)),
      })
      const victim: Victim = { point, replica, diedAt: null }
      void once(replica.child, 'exit').then(() => {
        victim.diedAt = Date.now()
      })
      return victim
    }),
  )
  await stage.untilAllLive()
  const load = new Load(stage, { perSecond: 150, isPersistent: true, task: n => (n % 5 === 0 ? soon() : {}) })
  await sleep(1_500)
  for (const { replica } of victims) replica.child.kill('SIGUSR2')
  await until('all have died', () => victims.every(({ diedAt }) => diedAt !== null), 20_000).catch(() => {})
  await sleep(500)
  await load.stop()
  // Whoever did not reach its point goes like the others, so that what it holds is taken over too.
  for (const { replica, diedAt } of victims) if (diedAt === null) replica.child.kill('SIGKILL')
  await stage.untilIdle()
  await until('the one that lives is alone', () => stage.replicas.length === 1 && stage.replicas[0] === survivor)
  return victims
}

function soon(): object {
  return { runAt: new Date(Date.now() + 300).toISOString() }
}

/** How long after its holder's death each lost lease had been taken back and the task begun anew, or ended. */
async function takeOvers(stage: Stage, victims: readonly Victim[]) {
  const diedAt = new Map(victims.map(({ replica, diedAt: at }) => [replica.id, at ?? 0]))
  const { rows } = await stage.pool.query<{ replica_id: string; at: Date }>(`
    SELECT lost.replica_id, coalesce(min(next.claimed_at), lost.ended_at) AS at
    FROM attempt lost LEFT JOIN attempt next ON next.task_id = lost.task_id AND next.number > lost.number
    WHERE lost.outcome = 'lost' GROUP BY lost.replica_id, lost.task_id, lost.number, lost.ended_at`)
  const recoveriesMs = rows.map(row => row.at.getTime() - (diedAt.get(row.replica_id) ?? 0))
  return { recoveriesMs, lost: rows.length }
}
