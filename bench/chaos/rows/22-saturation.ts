import { type FaultRow, violationsOf } from '../fault-row.ts'
import { offerLoad } from '../load.ts'
import type { Stage } from '../stage.ts'

const queueCapacity = 200
const slots = 20
const callMs = 200
const ratePerSecond = (slots * 1_000) / callMs
const urgentShare = 0.1

export const saturation: FaultRow = {
  row: 22,
  fault: 'saturation',
  how: isFull =>
    `120 % and 300 % of the ${ratePerSecond}/s that the modules can do, one in ten urgent, room for ${queueCapacity} tasks, ${isFull ? '2 min' : '12 s'} each`,
  mustHold: 'over 99 % of the urgent taken; others refused from 90 % on; at least 90 % of the rate goes on ending',
  async run(stage) {
    await stage.startReplica({ QUARTERDECK_QUEUE_CAPACITY: String(queueCapacity) })
    await stage.startModule('worker', () => ({ status: 200, body: null, delayMs: callMs }), { capacity: slots })
    await stage.submitMany(50)
    await stage.untilIdle()
    const at120 = await overload(stage, 1.2)
    const at300 = await overload(stage, 3)
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`
    const describe = ({ urgentTaken, othersRefused, goodput }: Awaited<ReturnType<typeof overload>>) =>
      `urgent taken ${percent(urgentTaken)}, others refused ${percent(othersRefused)}, goodput ${percent(goodput)}`
    return {
      figure: `at 120 %: ${describe(at120)}; at 300 %: ${describe(at300)}`,
      measured: {
        urgentTakenAt120: at120.urgentTaken,
        urgentTakenAt300: at300.urgentTaken,
        othersRefusedAt300: at300.othersRefused,
        goodputAt120: at120.goodput,
        goodputAt300: at300.goodput,
        submitP99MsAt300: at300.submitP99Ms,
      },
      violations: violationsOf({
        'urgent work refused at 120 %': at120.urgentTaken > 0.99,
        'urgent work refused at 300 %': at300.urgentTaken > 0.99,
        'nothing else refused at 300 %': at300.othersRefused > 0.3,
        'the rate fell under overload': at120.goodput >= 0.9 && at300.goodput >= 0.9,
        'answered with something else than a refusal': at120.faults + at300.faults === 0,
      }),
    }
  },
}

/** Offers so many times the rate that can be done; shares of what was offered, and of the rate while the queue was full. */
async function overload(stage: Stage, factor: number) {
  const seconds = stage.isFull ? 120 : 12
  const isUrgent = (n: number) => n % (1 / urgentShare) === 0
  const from = Date.now()
  const report = await offerLoad(stage, seconds, {
    perSecond: ratePerSecond * factor,
    task: n => ({ priority: isUrgent(n) ? 1 : 3 + (n % 8) }),
  })
  const to = from + seconds * 1_000
  // From when the queue has filled: before, there is not yet enough to do.
  const fullFrom = from + (to - from) / 3
  const ended = await stage.count('SELECT count(*) FROM outcome WHERE finished_at BETWEEN $1 AND $2', [
    new Date(fullFrom),
    new Date(to),
  ])
  await stage.untilIdle()
  const urgent = report.answers.filter((_, n) => isUrgent(n))
  const others = report.answers.filter((_, n) => !isUrgent(n))
  const share = (some: readonly unknown[], all: readonly unknown[]) =>
    Math.round((some.length / all.length) * 10_000) / 10_000
  return {
    urgentTaken: share(
      urgent.filter(answer => answer === null),
      urgent,
    ),
    othersRefused: share(
      others.filter(answer => answer === 'QUEUE_FULL'),
      others,
    ),
    goodput: Math.round((ended / ((to - fullFrom) / 1_000) / ratePerSecond) * 1_000) / 1_000,
    submitP99Ms: report.submitP99Ms,
    faults: report.answers.filter(answer => answer !== null && answer !== 'QUEUE_FULL').length,
  }
}
