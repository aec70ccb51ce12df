import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'

export const commitAnswerLost: FaultRow = {
  row: 8,
  fault: 'commit answer lost',
  how: isFull =>
    `what the database answers is lost and the connections then reset, ${isFull ? '200 times' : '12 times'}, at 200 submissions/s that are repeated under their keys until answered`,
  mustHold: 'one task for each key',
  async run(stage) {
    const replicas = await stage.startReplicas(2)
    await stage.startModule('worker', () => ({ status: 200, body: 'done', delayMs: 10 }), { capacity: 60 })
    const load = new Load(stage, { perSecond: 200, isPersistent: true })
    await sleep(500)
    for (let round = 0; round < (stage.isFull ? 200 : 12); round++) {
      const { proxy } = replicas[round % replicas.length] ?? replicas[0] ?? {}
      proxy?.loseAnswers()
      await sleep(60 + stage.draw(100))
      proxy?.reset()
      await sleep(400)
    }
    const { offered, taken, errors } = await load.stop()
    await stage.untilIdle()
    const unanswered = Object.values(errors).reduce((sum, count) => sum + count, 0)
    const doubles = await stage.count(
      'SELECT count(*) FROM (SELECT FROM task GROUP BY idempotency_key HAVING count(*) > 1) k',
    )
    const tasks = await stage.count('SELECT count(*) FROM task')
    return {
      figure: `${unanswered} submissions failed and were repeated; ${tasks} tasks of ${offered} keys, ${doubles} doubled`,
      measured: { offered, taken, failedSubmissions: unanswered, tasks, doubles },
      violations: violationsOf({
        'no answer was lost': unanswered > 0,
        'two tasks under one key': doubles === 0,
        'submissions never taken': taken === offered,
        'tasks that nobody was told of': tasks === taken,
      }),
    }
  },
}
