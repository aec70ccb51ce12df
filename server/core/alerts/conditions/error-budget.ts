import type { RuleContext } from '../alert-memory.ts'
import type { Reading } from '../alert-world.ts'
import { type Burn, multiwindowBurn } from '../error-budget.ts'

const minutesMs = 60_000
const hoursMs = 3_600_000

/** 14.4 times the budget for an hour uses 2 % of a month's. */
export const fastBurn = (context: RuleContext) =>
  burnReading(context, { longMs: hoursMs, shortMs: 5 * minutesMs, longName: 'the last hour', shortName: '5 min' })

/** 6 times the budget for six hours uses 5 % of a month's. */
export const slowBurn = (context: RuleContext) =>
  burnReading(context, {
    longMs: 6 * hoursMs,
    shortMs: 30 * minutesMs,
    longName: 'the last 6 hours',
    shortName: '30 min',
  })

function burnReading(
  { world, memory, objectivePercent }: RuleContext,
  windows: { longMs: number; shortMs: number; longName: string; shortName: string },
): Reading[] {
  const objective = objectivePercent ?? 99
  const burn = multiwindowBurn(memory.kept.budget, memory.sampleOf(world), windows, objective)
  if (burn === null) return []
  const { value, long, short } = burn
  return [
    {
      subject: 'tasks',
      value,
      title: () => 'More tasks fail than the objective allows',
      detail: `${describeShare(long)} of ${windows.longName} and ${describeShare(short)} of the last ${windows.shortName} failed or expired; the objective is ${objective} % success`,
      href: '/tasks?status=failed',
      evidence: {
        objectivePercent: objective,
        burnRate: round(value),
        longWindow: { ended: long.ended, bad: long.bad, burnRate: round(long.rate) },
        shortWindow: { ended: short.ended, bad: short.bad, burnRate: round(short.rate) },
      },
    },
  ]
}

function describeShare({ bad, ended }: Burn): string {
  return `${((100 * bad) / Math.max(1, ended)).toFixed(1)} %`
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100
}
