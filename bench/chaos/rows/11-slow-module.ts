import { type FaultRow, violationsOf } from '../fault-row.ts'
import { offerLoad } from '../load.ts'
import type { Stage } from '../stage.ts'

const slowMs = 5_000

export const slowModule: FaultRow = {
  row: 11,
  fault: 'slow module',
  how: isFull =>
    `one of two modules takes ${slowMs / 1_000} s longer while both get 60 tasks/s, in turn with the same without it, ${isFull ? '4 × 60 s' : '4 × 8 s'}`,
  mustHold: 'p99 of the other, from acceptance to end, within 10 %',
  async run(stage) {
    await stage.startReplica()
    let isSlow = false
    await stage.startModule('steady', () => ({ status: 200, body: null, delayMs: 100 }), {
      type: 'steady',
      capacity: 100,
    })
    const breaker = { callTimeoutMs: 30_000 }
    const slow = () => ({ status: 200, body: null, delayMs: isSlow ? 100 + slowMs : 100 })
    await stage.startModule('slow', slow, { type: 'slow', capacity: 100, breaker })
    await phase(stage, 2)
    const p99s: Record<string, number[]> = { base: [], slow: [] }
    for (const name of ['base', 'slow', 'slow', 'base']) {
      isSlow = name === 'slow'
      p99s[name]?.push(await phase(stage, stage.isFull ? 60 : 8))
    }
    const mean = (values: readonly number[] = []) => values.reduce((sum, value) => sum + value, 0) / values.length
    const [baseP99Ms, slowP99Ms] = [Math.round(mean(p99s['base'])), Math.round(mean(p99s['slow']))]
    const ratio = Math.round((slowP99Ms / baseP99Ms) * 1_000) / 1_000
    return {
      figure: `p99 ${slowP99Ms} ms beside the slow one, ${baseP99Ms} ms without: ratio ${ratio}`,
      measured: { baseP99Ms, slowP99Ms, ratio },
      violations: violationsOf({ 'slower by more than 10 %': ratio <= 1.1 }),
    }
  },
}

/** Offers both kinds, waits for the end of all, and answers the p99 of the steady kind in ms. */
async function phase(stage: Stage, seconds: number): Promise<number> {
  const from = new Date()
  await offerLoad(stage, seconds, { perSecond: 120, task: n => ({ type: n % 2 === 0 ? 'steady' : 'slow' }) })
  const to = new Date()
  await stage.untilIdle()
  return stage.count(
    `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM o.finished_at - t.accepted_at) * 1000) AS count
     FROM task t JOIN outcome o ON o.id = t.id WHERE t.type = 'steady' AND t.accepted_at BETWEEN $1 AND $2`,
    [from, to],
  )
}
