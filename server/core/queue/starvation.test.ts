import { expect, test } from 'vitest'
import { highest, lowest, runBusyHour } from './testing/busy-hour.ts'

const second = 1_000
const minute = 60 * second

test('with nine urgent arrivals to one, an hour long and under full load, low work waits no longer than its bound and is never overtaken by later arrivals beyond it', async () => {
  for (const seed of [1, 2]) {
    const backlog = 300
    const { starts, accepted } = await runBusyHour(seed, backlog)
    const startedAt = new Map(starts.map(({ task, at }) => [task.id, at]))
    const endAt = Math.max(...startedAt.values())
    // 26 minutes in which it may be overtaken, and the time that the backlog takes.
    const boundMs = 26 * minute + (backlog + 60) * second
    const low = accepted.filter(task => task.type === lowest.type)
    const due = low.filter(task => task.acceptedAt + boundMs <= endAt)
    expect(due.length).toBeGreaterThan(100)
    for (const task of due) expect((startedAt.get(task.id) ?? Infinity) - task.acceptedAt).toBeLessThanOrEqual(boundMs)
    for (const task of low) {
      const at = startedAt.get(task.id)
      if (at === undefined) continue
      const overtakers = starts.filter(other => other.at < at && other.task.acceptedAt > task.acceptedAt + 26 * minute)
      expect(overtakers).toEqual([])
    }
  }
})

test('urgent work goes before low work that came up to 26 minutes earlier', async () => {
  const { starts } = await runBusyHour(4, 300)
  for (const [index, { task, at }] of starts.entries()) {
    if (task.type !== lowest.type) continue
    const waitingUrgent = starts
      .slice(index + 1)
      .filter(later => later.task.type === highest.type && later.task.acceptedAt < at)
      .filter(later => later.task.acceptedAt < task.acceptedAt + 26 * minute - second)
    expect(waitingUrgent).toEqual([])
  }
})
