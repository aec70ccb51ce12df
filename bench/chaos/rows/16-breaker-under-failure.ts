import { measureBreaker } from '../../overheads/breaker.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'

const mostUs = 100

export const breakerUnderFailure: FaultRow = {
  row: 16,
  fault: 'breaker under failure',
  how: () => 'guarded calls of a no-op that all fail, with every rule on and a full window',
  mustHold: `less than ${mostUs} µs for a call`,
  isCoreOnly: true,
  async run() {
    const failing = (await measureBreaker()).filter(({ name }) => name.includes('100 % failures'))
    const worst = failing.reduce((worse, each) => (each.medianUs > worse.medianUs ? each : worse))
    return {
      figure: `${worst.medianUs} µs (median), ${worst.p99Us} µs (p99): ${worst.name}`,
      measured: { medianUs: worst.medianUs, p99Us: worst.p99Us },
      violations: violationsOf({ 'slower than allowed': worst.medianUs < mostUs }),
    }
  },
}
