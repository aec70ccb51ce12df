import type { AlertRuleId } from '#server/contracts/alert-rules.ts'
import type { AlertRuleView, RuleLevel } from '#server/contracts/alerts.ts'
import { formatDuration } from '../ui/format.ts'

/** The rules by the names that people read where the rules themselves are not loaded. */
export const ruleNames: Record<AlertRuleId, string> = {
  'fleet-health': 'Health of the fleet',
  'system-health': 'Health of a system',
  'module-health': 'Health of a module',
  'breaker-open': 'Breaker open',
  'breaker-stuck': 'Breaker open without a probe',
  'queue-age': 'Work waits too long',
  'queue-full': 'Queue nearly full',
  'no-completions': 'Running, but nothing ends',
  'shed-rate': 'Submissions refused',
  'error-budget-fast': 'Error budget, fast burn',
  'error-budget-slow': 'Error budget, slow burn',
  'replica-lost': 'Replica lost',
  'held-transaction': 'Transaction held open',
  'health-anomaly': 'Health unusually low',
  'latency-anomaly': 'Latency unusually high',
  'health-trend': 'Health is falling',
  'invariant-violated': 'Invariant broken',
  'webhook-disabled': 'Webhook switched off',
}

/** When a level raises: `below 90 for 1 min`. */
export function levelWords({ direction, unit }: Pick<AlertRuleView, 'direction' | 'unit'>, level: RuleLevel): string {
  const wait = level.forMs === 0 ? 'at once' : `for ${formatDuration(level.forMs)}`
  if (level.threshold === null || direction === 'is') return wait
  return `${direction} ${level.threshold}${unit === 'score' ? '' : ` ${unit}`} ${wait}`
}
