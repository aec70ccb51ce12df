import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplicaView } from '../../../server/contracts/replicas.ts'
import { until } from '../../../server/testing/until.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'

export const replicaFrozen: FaultRow = {
  row: 7,
  fault: 'replica frozen',
  how: isFull =>
    `SIGSTOP of one of two in the middle of its calls, CONT once all it ran has ended elsewhere, ${isFull ? '20 times' : 'once'}`,
  mustHold: 'its late outcomes change nothing',
  async run(stage) {
    const [first, second] = await stage.startReplicas(2)
    if (!first || !second) throw new Error('two replicas are needed')
    let isHolding = true
    await stage.startModule('worker', () => ({ status: 200, body: 'done', delayMs: isHolding ? 2_000 : 10 }), {
      capacity: 16,
    })
    const takeOversMs: number[] = []
    for (let round = 0; round < (stage.isFull ? 20 : 1); round++) {
      isHolding = true
      await stage.submitMany(16)
      await until('the second runs some', () =>
        stage.count('SELECT count(*) FROM lease WHERE replica_id = $1', [second.id]),
      )
      await sleep(300)
      second.child.kill('SIGSTOP')
      const frozenAt = Date.now()
      isHolding = false
      await until('all end elsewhere', async () => (await stage.count('SELECT count(*) FROM lease')) === 0, 30_000)
      takeOversMs.push(Date.now() - frozenAt)
      second.child.kill('SIGCONT')
      await until(
        'it is back',
        async () => {
          const { items } = await first.client.query<{ items: ReplicaView[] }>('replicas.list')
          return items.some(
            ({ id, state, staleWrites }) => id === second.id && state === 'running' && staleWrites > round,
          )
        },
        30_000,
      )
    }
    await stage.submitMany(40, {}, second.client)
    await stage.untilIdle()
    const rejects = await stage.count('SELECT stale_writes AS count FROM replica WHERE id = $1', [second.id])
    const longestMs = Math.max(...takeOversMs)
    return {
      figure: `${rejects} late outcomes discarded, all work ended elsewhere ${(longestMs / 1_000).toFixed(1)} s after the freeze`,
      measured: { rejects, takeOverMs: longestMs },
      violations: violationsOf({ 'nothing came late': rejects > 0, 'taken over too late': longestMs < 10_000 }),
    }
  },
}
