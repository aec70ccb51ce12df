import { runBusyHour } from '../../../server/core/queue/testing/busy-hour.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'

const boundMinutes = 26

export const starvation: FaultRow = {
  row: 23,
  fault: 'starvation',
  how: isFull =>
    `60 min of virtual time at full load, nine tasks of the highest class to one of the lowest, behind a backlog of 300; the core on a virtual clock, ${isFull ? '20 seeds' : '1 seed'}`,
  mustHold: `low work ends, and is not overtaken by what came over ${boundMinutes} min later`,
  isCoreOnly: true,
  async run(stage) {
    let [longestMs, finished, due, overtaken] = [0, 0, 0, 0]
    for (let seed = stage.seed; seed < stage.seed + (stage.isFull ? 20 : 1); seed++) {
      const { starts, accepted } = await runBusyHour(seed, 300)
      const low = starts.filter(({ task }) => task.priority === 10)
      const endAt = Math.max(...starts.map(({ at }) => at))
      finished += low.length
      due += accepted.filter(
        task => task.priority === 10 && task.acceptedAt + (boundMinutes + 6) * 60_000 <= endAt,
      ).length
      for (const { task, at } of low) {
        longestMs = Math.max(longestMs, at - task.acceptedAt)
        const later = starts.filter(
          other => other.at < at && other.task.acceptedAt > task.acceptedAt + boundMinutes * 60_000,
        )
        overtaken += later.length
      }
    }
    const minutes = (longestMs / 60_000).toFixed(1)
    return {
      figure: `${finished} low tasks started, the longest wait ${minutes} min, overtaken beyond the bound ${overtaken} times`,
      measured: { lowStarted: finished, lowDue: due, longestWaitMs: longestMs, overtaken },
      violations: violationsOf({
        'low work still waits': finished >= due && due > 0,
        'overtaken beyond the bound': overtaken === 0,
      }),
    }
  },
}
