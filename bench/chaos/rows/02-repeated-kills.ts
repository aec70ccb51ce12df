import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'
import type { Stage } from '../stage.ts'

const killEveryMs = 5_000
const perSecond = 150

export const repeatedKills: FaultRow = {
  row: 2,
  fault: 'repeated kills',
  how: isFull =>
    `one of three replicas is killed and a new one started every ${killEveryMs / 1_000} s for ${isFull ? '10 min' : '25 s'}, at ${perSecond} submissions/s`,
  mustHold: 'at least 80 % of the rate without kills',
  async run(stage) {
    await stage.startReplicas(3)
    const module = await stage.startModule('worker', () => ({ status: 200, body: 'done', delayMs: 20 }), {
      capacity: 60,
    })
    const load = new Load(stage, { perSecond, isPersistent: true })
    await sleep(2_000)
    const baseFrom = Date.now()
    await sleep(8_000)
    const base = await endedPerSecond(stage, baseFrom, Date.now())
    const from = Date.now()
    const kills = stage.isFull ? 120 : 5
    for (let kill = 0; kill < kills; kill++) {
      const next = Date.now() + killEveryMs
      const victim = stage.replicas[stage.draw(stage.replicas.length)]
      await victim?.end('SIGKILL')
      await stage.startReplica()
      await sleep(Math.max(0, next - Date.now()))
    }
    const during = await endedPerSecond(stage, from, Date.now())
    const { offered, taken } = await load.stop()
    await stage.untilIdle()
    const ratio = Math.round((during / base) * 1_000) / 1_000
    const repeats = module.calls.length - new Set(module.calls.map(call => call.taskId)).size
    return {
      figure: `${kills} kills, ${Math.round(during)}/s ended of ${Math.round(base)}/s without: ratio ${ratio}; ${repeats} of ${module.calls.length.toLocaleString('en')} calls repeated`,
      measured: { kills, basePerSecond: base, duringPerSecond: during, ratio, offered, taken, repeatedCalls: repeats },
      violations: violationsOf({
        'under 80 % of the base rate': ratio >= 0.8,
      }),
    }
  },
}

async function endedPerSecond(stage: Stage, fromMs: number, toMs: number): Promise<number> {
  const ended = await stage.count('SELECT count(*) FROM outcome WHERE finished_at BETWEEN $1 AND $2', [
    new Date(fromMs),
    new Date(toMs),
  ])
  return ended / ((toMs - fromMs) / 1_000)
}
