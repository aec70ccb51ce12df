import { setTimeout as sleep } from 'node:timers/promises'
import type { ModuleView } from '../../../server/contracts/modules.ts'
import { until } from '../../../server/testing/until.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'

const detectedWithinMs = 20_000

export const halfOpenSocket: FaultRow = {
  row: 5,
  fault: 'half-open database socket',
  how: isFull =>
    `every connection of one of two replicas to the database goes dead without a word, ${isFull ? '10 times' : 'once'}`,
  mustHold: `queries time out, and it listens again within ${detectedWithinMs / 1_000} s`,
  async run(stage) {
    const [first, second] = await stage.startReplicas(2)
    if (!first || !second) throw new Error('two replicas are needed')
    await stage.startModule('worker', () => ({ status: 200, body: 'done', delayMs: 20 }))
    const load = new Load(stage, { perSecond: 50, isPersistent: true })
    await sleep(1_500)
    const writes: number[] = []
    const listens: number[] = []
    for (let round = 0; round < (stage.isFull ? 10 : 1); round++) {
      const from = Date.now()
      second.proxy.blackHole()
      const isAnswered = async () => {
        const asked = second.client.mutate('tasks.submit', { type: 'work', payload: 0 })
        return Promise.race([
          asked.then(
            () => true,
            () => false,
          ),
          sleep(500, false),
        ])
      }
      await until('it writes again', isAnswered, 60_000)
      writes.push(Date.now() - from)
      const reason = `round ${round}`
      await first.client.mutate('modules.disable', { id: 'worker', reason })
      await until(
        'it hears of changes',
        async () => {
          const view = await second.client.query<ModuleView>('modules.get', { id: 'worker' }).catch(() => null)
          return view?.enabled === false
        },
        60_000,
      )
      listens.push(Date.now() - from)
      await first.client.mutate('modules.enable', { id: 'worker' })
      await stage.untilAllLive()
    }
    const { offered, taken } = await load.stop()
    await stage.untilIdle()
    const [writesAgainMs, listensAgainMs] = [Math.max(...writes), Math.max(...listens)]
    return {
      figure: `wrote again after ${(writesAgainMs / 1_000).toFixed(1)} s, heard of changes after ${(listensAgainMs / 1_000).toFixed(1)} s; ${taken} of ${offered} submissions taken`,
      measured: { writesAgainMs, listensAgainMs, offered, taken },
      violations: violationsOf({
        'detected too late': listensAgainMs <= detectedWithinMs,
        'submissions never taken': taken === offered,
      }),
    }
  },
}
