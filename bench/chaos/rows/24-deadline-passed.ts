import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRow, violationsOf } from '../fault-row.ts'

export const deadlinePassed: FaultRow = {
  row: 24,
  fault: 'deadline passed in queue',
  how: isFull =>
    `${isFull ? '50,000' : '2,000'} tasks with deadlines of 0.5 to 4 s before a module that can do a tenth of them in that time`,
  mustHold: 'none starts late, each that does not start ends expired and is told of',
  async run(stage) {
    await stage.startReplicas(2)
    const startedAt = new Map<string, number>()
    const deadlines = new Map<string, number>()
    await stage.startModule(
      'worker',
      ({ taskId }) => {
        startedAt.set(taskId, Date.now())
        return { status: 200, body: null, delayMs: 100 }
      },
      { capacity: 5 },
    )
    const rounds = stage.isFull ? 50 : 2
    for (let round = 0; round < rounds; round++) {
      const times = Array.from({ length: 1_000 }, () => Date.now() + 500 + stage.draw(3_500))
      const tasks = times.map(at => ({ type: 'work', payload: null, deadline: new Date(at).toISOString() }))
      const receipt = await stage.submit(tasks)
      for (const { id, index } of receipt.accepted) deadlines.set(id, times[index] ?? 0)
      await sleep(500)
      if (round % 4 === 3) await stage.untilIdle()
    }
    await stage.untilIdle()
    const latenessMs = Math.max(...[...startedAt].map(([id, at]) => at - (deadlines.get(id) ?? 0)))
    const late = await stage.count(
      'SELECT count(*) FROM attempt a JOIN task t ON t.id = a.task_id WHERE a.dispatched_at > t.deadline',
    )
    const expired = await stage.count(`SELECT count(*) FROM outcome WHERE status = 'expired'`)
    const told = await stage.count(`SELECT count FROM event_total WHERE type = 'task.expired'`)
    const notStarted = deadlines.size - startedAt.size
    return {
      figure: `${late} late starts, the latest arrived at the module ${latenessMs > 0 ? `${latenessMs} ms after` : 'before'} its deadline; ${expired} of ${deadlines.size} expired, ${startedAt.size} started`,
      measured: { tasks: deadlines.size, started: startedAt.size, expired, lateStarts: late, latenessMs, told },
      violations: violationsOf({
        'started after the deadline': late === 0,
        'not started and not expired': expired >= notStarted,
        'everything was in time: no fault at all': expired > 0,
      }),
    }
  },
}
