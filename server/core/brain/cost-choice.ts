import type { Evidence } from './service-record.ts'
import { expectedSuccess } from './service-score.ts'

/** Evidence below which nothing is said about a service: it is neither preferred for its price nor given up for it. */
const leastOutcomes = 20
/** One-sided 5 % of the normal distribution. */
const significance = 1.645

/**
 * Whether one service succeeds significantly less often than another: the difference of the two expected shares exceeds 1.645
 * standard errors, `sqrt(p1(1-p1)/n1 + p2(1-p2)/n2)`, the one-sided 5 % bound of the two-proportion test with the evidence as
 * sample sizes. True for a service of which fewer than 20 outcomes are known: unknown is not as good.
 */
export function isSignificantlyWorse(one: Evidence, other: Evidence): boolean {
  const [outcomes, otherOutcomes] = [one.successes + one.failures, other.successes + other.failures]
  if (outcomes < leastOutcomes || otherOutcomes < leastOutcomes) return true
  const [share, otherShare] = [expectedSuccess(one), expectedSuccess(other)]
  const error = Math.sqrt((share * (1 - share)) / outcomes + (otherShare * (1 - otherShare)) / otherOutcomes)
  return otherShare - share > significance * error
}
