import { until } from '../../../server/testing/until.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import type { Stage } from '../stage.ts'

const parentCount = 1_000
const childCount = 5

export const fanIn: FaultRow = {
  row: 26,
  fault: 'fan-in race',
  how: isFull =>
    `${parentCount.toLocaleString('en')} parents end at the same moment on two replicas, ${childCount} children wait for all of them, ${isFull ? '50 times' : 'twice'}`,
  mustHold: 'each child starts once, after the last of them; no deadlock',
  async run(stage) {
    const [first] = await stage.startReplicas(2, { QUARTERDECK_CONCURRENCY: '1000' })
    if (!first) throw new Error('two replicas are needed')
    let release = () => {}
    let released = Promise.resolve()
    const starts = new Map<string, number>()
    const module = await stage.startModule(
      'worker',
      ({ taskId, type }) => {
        if (type === 'child') starts.set(taskId, (starts.get(taskId) ?? 0) + 1)
        return { status: 200, body: null, ...(type === 'work' ? { after: released } : {}) }
      },
      { capacity: parentCount, breaker: { callTimeoutMs: 120_000 } },
    )
    await stage.register('finisher', module.endpoint, { type: 'child' })
    const joinsMs: number[] = []
    const rounds = stage.isFull ? 50 : 2
    for (let round = 0; round < rounds; round++) {
      released = new Promise(resolve => {
        release = resolve
      })
      const parents = await stage.submitMany(parentCount)
      await stage.submit(
        Array.from({ length: childCount }, () => ({ type: 'child', payload: null, dependsOn: parents })),
      )
      await allRun(stage)
      const from = performance.now()
      release()
      await stage.untilIdle()
      joinsMs.push(performance.now() - from)
    }
    const deadlocks = await stage.count(
      'SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()',
    )
    const early = await stage.count(`
      SELECT count(*) FROM task c JOIN attempt a ON a.task_id = c.id
      WHERE c.type = 'child' AND EXISTS (
        SELECT FROM unnest(c.depends_on) AS p (id) LEFT JOIN outcome o ON o.id = p.id
        WHERE o.id IS NULL OR o.finished_at > a.claimed_at)`)
    const once = [...starts.values()].filter(times => times === 1).length
    const longestMs = Math.round(Math.max(...joinsMs))
    return {
      figure: `${once} of ${rounds * childCount} children started once, ${early} before a parent, ${deadlocks} deadlocks; all ended ${longestMs} ms after the release at most`,
      measured: { children: rounds * childCount, startedOnce: once, early, deadlocks, longestMs },
      violations: violationsOf({
        'a child started twice or never': once === rounds * childCount && starts.size === once,
        'a child started before a parent had ended': early === 0,
        deadlocks: deadlocks === 0,
      }),
    }
  },
}

async function allRun(stage: Stage): Promise<void> {
  await until('all parents run', async () => (await stage.count('SELECT count(*) FROM lease')) === parentCount, 60_000)
}
