import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findTasksToHurry, type TimedTask, timeTasks } from './critical-path.ts'

const now = 1_000_000

function task(id: string, expectedMs: number, change: Partial<TimedTask> = {}): TimedTask {
  const nothing = { status: 'blocked', dependsOn: [], startedAt: null, runAt: null, deadline: null } as const
  return { id, expectedMs, ...nothing, ...change }
}

test('of a diamond the longer side is critical and the shorter one has the difference as slack', () => {
  const timings = timeTasks(
    [
      task('root', 10, { status: 'ready' }),
      task('short', 20, { dependsOn: ['root'] }),
      task('long', 50, { dependsOn: ['root'] }),
      task('joint', 5, { dependsOn: ['short', 'long'] }),
    ],
    now,
  )
  expect(Object.fromEntries([...timings].map(([id, { slackMs, isCritical }]) => [id, [slackMs, isCritical]]))).toEqual({
    ...{ root: [0, true], short: [30, false], long: [0, true], joint: [0, true] },
  })
  expect(timings.get('joint')).toMatchObject({
    ...{ earliestStart: now + 60, earliestFinish: now + 65, latestStart: now + 60, latestFinish: now + 65 },
    boundBy: null,
  })
})

test('what has ended takes no time, what runs takes what is left of it, and what has run longer than expected is about to end', () => {
  const timings = timeTasks(
    [
      task('done', 1_000, { status: 'succeeded' }),
      task('runs', 100, { status: 'running', startedAt: now - 30, dependsOn: ['done'] }),
      task('over', 100, { status: 'running', startedAt: now - 500 }),
      task('last', 10, { dependsOn: ['runs', 'over'] }),
    ],
    now,
  )
  expect(timings.get('runs')?.earliestFinish).toBe(now + 70)
  expect(timings.get('over')?.earliestFinish).toBe(now)
  expect(timings.get('last')?.earliestStart).toBe(now + 70)
  expect(timings.get('done')?.isCritical).toBe(false)
})

test('a start time holds a task and all after it', () => {
  const timings = timeTasks([task('later', 10, { runAt: now + 500 }), task('child', 10, { dependsOn: ['later'] })], now)
  expect(timings.get('child')?.earliestStart).toBe(now + 510)
})

test('a deadline is carried to whatever has to come before it; what cannot be done in time is to hurry, the first first', () => {
  const tasks = [
    task('early', 100, { status: 'ready' }),
    task('middle', 100, { dependsOn: ['early'] }),
    task('apart', 10, { status: 'ready' }),
    task('waits', 100, { status: 'scheduled', runAt: now + 1 }),
    task('due', 100, { dependsOn: ['middle', 'apart', 'waits'], deadline: now + 250 }),
  ]
  const timings = timeTasks(tasks, now)
  expect(timings.get('early')).toMatchObject({ slackMs: -50, latestStart: now - 50, boundBy: 'due', isCritical: true })
  expect(timings.get('apart')).toMatchObject({ slackMs: 140, boundBy: 'due', isCritical: false })
  expect(findTasksToHurry(tasks, now)).toEqual([
    { id: 'early', boundBy: 'due' },
    { id: 'middle', boundBy: 'due' },
  ])
})

test('a task that is late by itself alone hurries nobody', () => {
  expect(findTasksToHurry([task('late', 100, { status: 'ready', deadline: now + 10 })], now)).toEqual([])
})

test('tasks that wait for each other in a circle are refused', () => {
  expect(() => timeTasks([task('a', 1, { dependsOn: ['b'] }), task('b', 1, { dependsOn: ['a'] })], now)).toThrow(
    'cycle',
  )
})

const graphs = fc
  .array(
    fc.record({
      expectedMs: fc.nat(1_000),
      parents: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 3 }),
      deadlineIn: fc.option(fc.integer({ min: 0, max: 5_000 }), { freq: 4 }),
      runIn: fc.option(fc.nat(500), { freq: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map(rows =>
    rows.map(({ expectedMs, parents, deadlineIn, runIn }, index) =>
      task(`${index}`, expectedMs, {
        dependsOn: index === 0 ? [] : parents.map(share => `${Math.floor(share * index)}`),
        deadline: deadlineIn === null ? null : now + deadlineIn,
        runAt: runIn === null ? null : now + runIn,
      }),
    ),
  )

/** Starts every task as late as `delay` says, in the order given, and answers when each ends. */
function simulate(tasks: readonly TimedTask[], delayed: string, byMs: number): Map<string, number> {
  const ends = new Map<string, number>()
  for (const { id, dependsOn, runAt, expectedMs } of tasks) {
    const free = Math.max(now, runAt ?? now, ...dependsOn.map(parent => ends.get(parent) ?? now))
    ends.set(id, free + (id === delayed ? byMs : 0) + expectedMs)
  }
  return ends
}

test('slack is exactly by how much a start can be put off: that much makes nothing late that is not late anyway, one more does', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (tasks, which) => {
      const timings = timeTasks(tasks, now)
      const ends = simulate(tasks, '', 0)
      for (const { id } of tasks) expect(timings.get(id)?.earliestFinish).toBe(ends.get(id))
      const allDone = Math.max(...ends.values())
      const chosen = tasks[which % tasks.length] as TimedTask
      const slackMs = timings.get(chosen.id)?.slackMs ?? 0
      /** Tasks below it that end too late when it is put off by so much. */
      const lateBelow = (byMs: number) => {
        const delayed = simulate(tasks, chosen.id, byMs)
        return tasks.filter(({ id, deadline }) => {
          const isLast = !tasks.some(other => other.dependsOn.includes(id))
          // A task with a deadline is bound by that; one that nothing waits for by the end of the whole.
          const limit = deadline ?? (isLast ? allDone : Number.POSITIVE_INFINITY)
          return isBelow(tasks, chosen.id, id) && (delayed.get(id) ?? 0) > limit
        })
      }
      const lateAnyway = lateBelow(0)
      if (slackMs < 0) expect(lateAnyway).not.toEqual([])
      else expect(lateBelow(slackMs)).toEqual(lateAnyway)
      if (lateAnyway.length === 0) expect(lateBelow(slackMs + 1)).not.toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

function isBelow(tasks: readonly TimedTask[], above: string, id: string): boolean {
  if (id === above) return true
  return tasks.find(other => other.id === id)?.dependsOn.some(parent => isBelow(tasks, above, parent)) ?? false
}
