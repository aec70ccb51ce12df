import type { BreakerView } from '../../../server/contracts/breakers.ts'
import { until } from '../../../server/testing/until.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import type { Replica } from '../stage.ts'

const callers = 1_000
const probes = 2
const probeMs = 400
/** Clocks of two processes agree so far. */
const toleranceMs = 20

export const halfOpenBurst: FaultRow = {
  row: 15,
  fault: 'half-open burst',
  how: () =>
    `${callers.toLocaleString('en')} tasks wait on two replicas for a module whose breaker is open; it comes back and takes ${probeMs} ms for each probe`,
  mustHold: `exactly one probe at a time over both replicas; nothing else is called before ${probes} have succeeded`,
  async run(stage) {
    const replicas = await stage.startReplicas(2)
    let isDown = true
    const calledAt: number[] = []
    let back = 0
    await stage.startModule(
      'worker',
      () => {
        calledAt.push(Date.now())
        if (isDown) return { status: 500, body: { error: { code: 'DOWN', message: 'away' } } }
        return { status: 200, body: null, ...(calledAt.length - back <= probes ? { delayMs: probeMs } : {}) }
      },
      {
        // Few fail before the breaker opens: beyond their budget retries wait longer, which is row 18.
        capacity: 10,
        breaker: { failureThreshold: 5, openMs: 2_000, successThreshold: probes },
        retry: { maxAttempts: 100, baseMs: 100, capMs: 1_000 },
      },
    )
    await stage.submitMany(callers)
    await until('both see it open', async () => (await Promise.all(replicas.map(isOpen))).every(Boolean), 60_000)
    back = calledAt.length
    isDown = false
    await stage.untilIdle()
    const [first = 0, second = 0, third = 0] = calledAt.slice(back)
    const gaps = [second - first, third - second]
    const succeeded = await stage.count(`SELECT count(*) FROM outcome WHERE status = 'succeeded'`)
    const early = calledAt.slice(back + 1).filter(at => at < first + probeMs - toleranceMs).length
    return {
      figure: `${early + 1} call while the first probe ran, ${probes} probes one after the other (${gaps.join(' and ')} ms apart), then ${calledAt.length - back - probes} calls; ${succeeded} of ${callers} succeeded`,
      measured: { probesAtOnce: early + 1, firstGapMs: gaps[0] ?? null, secondGapMs: gaps[1] ?? null, succeeded },
      violations: violationsOf({
        'more than one probe': early === 0,
        'called before the probes had succeeded': gaps.every(gap => gap >= probeMs - toleranceMs),
        'not all succeeded': succeeded === callers,
      }),
    }
  },
}

async function isOpen({ client }: Replica): Promise<boolean> {
  const { items } = await client.query<{ items: BreakerView[] }>('breakers.list')
  return items[0]?.state === 'open'
}
