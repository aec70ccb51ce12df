import type { Evidence } from './service-record.ts'

/** Confidence in a choice that nothing is known about. */
const withoutHistory = 0.7
/** Outcomes that weigh as much as not knowing: 40/11 puts ten successes of ten at exactly 0.92. */
const doubt = 40 / 11

/**
 * Confidence in the decision to use a service, 0-1:
 *
 *     0.70 + n / (n + 40/11) × (0.30 - (f / n)^1.5)        n = decayed outcomes, f = failures among them
 *
 * 0.70 without history, 0.92 after 10 successes of 10, 0.979 after 95 of 100. It rises with evidence for a service that
 * succeeds in more than 55.2 % of its calls (there f/n = 0.30^(2/3)), falls with evidence for one that does worse, always
 * rises with a success and falls with a failure. It is not the probability of success: that is `expectedSuccess`.
 */
export function confidenceIn(evidence: Evidence): number {
  const outcomes = evidence.successes + evidence.failures
  if (outcomes === 0) return withoutHistory
  const failureRate = evidence.failures / outcomes
  return withoutHistory + (outcomes / (outcomes + doubt)) * (1 - withoutHistory - failureRate ** 1.5)
}
