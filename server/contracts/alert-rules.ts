/** What the figure of a rule counts. */
export type AlertUnit =
  | 'score'
  | 'seconds'
  | 'percent'
  | 'per minute'
  | 'times the budget'
  | 'deviations'
  | 'minutes'
  | 'violations'

/** Every rule there is, in the order that people look at them. */
export const alertRuleIds = [
  'fleet-health',
  'system-health',
  'module-health',
  'breaker-open',
  'breaker-stuck',
  'queue-age',
  'queue-full',
  'no-completions',
  'shed-rate',
  'error-budget-fast',
  'error-budget-slow',
  'replica-lost',
  'held-transaction',
  'health-anomaly',
  'latency-anomaly',
  'health-trend',
  'invariant-violated',
  'webhook-disabled',
] as const
export type AlertRuleId = (typeof alertRuleIds)[number]
