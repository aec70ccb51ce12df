import type { ReceivedCall, ScriptedAnswer } from '../../../server/testing/scripted-module.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'

export const claimContention: FaultRow = {
  row: 10,
  fault: 'claim contention',
  how: isFull => `four replicas empty one queue of ${isFull ? '100,000' : '10,000'} tasks`,
  mustHold: 'one live lease per task, the capacity never exceeded',
  async run(stage) {
    const capacity = 100
    const count = stage.isFull ? 100_000 : 10_000
    const variables = { QUARTERDECK_QUEUE_CAPACITY: '200000' }
    const [first] = await stage.startReplicas(4, variables)
    if (!first) throw new Error('four replicas are needed')
    const running = new Map<string, number>()
    let [most, doubles] = [0, 0]
    const answer = ({ taskId }: ReceivedCall): ScriptedAnswer => {
      const times = (running.get(taskId) ?? 0) + 1
      running.set(taskId, times)
      if (times > 1) doubles++
      most = Math.max(most, running.size)
      setTimeout(() => running.delete(taskId), 5)
      return { status: 200, body: null, delayMs: 5 }
    }
    await stage.startModule('worker', answer, { capacity })
    await first.client.mutate('modules.disable', { id: 'worker', reason: 'Submit first' })
    await stage.submitMany(count)
    const from = performance.now()
    await first.client.mutate('modules.enable', { id: 'worker' })
    await stage.untilIdle(600_000)
    const perSecond = Math.round(count / ((performance.now() - from) / 1_000))
    const repeats = await stage.count(
      'SELECT count(*) FROM (SELECT FROM attempt GROUP BY task_id HAVING count(*) > 1) a',
    )
    const claimers = await stage.count('SELECT count(DISTINCT replica_id) FROM attempt')
    return {
      figure: `${doubles} doubles, ${repeats} repeats in ${count.toLocaleString('en')} tasks by ${claimers} replicas, ${perSecond.toLocaleString('en')}/s`,
      measured: { tasks: count, doubles, repeats, claimers, mostAtOnce: most, perSecond },
      violations: violationsOf({
        'a task ran twice at once': doubles === 0,
        'a task ran twice': repeats === 0,
        'not all replicas claimed': claimers === 4,
        'the capacity of the instance was exceeded': most <= capacity,
      }),
    }
  },
}
