import type { AlertRuleId } from '../../contracts/alert-rules.ts'
import type { RuleContext } from './alert-memory.ts'
import type { Reading } from './alert-world.ts'
import { healthAnomaly, healthTrend, latencyAnomaly } from './conditions/anomalies.ts'
import { breakerOpen, breakerStuck } from './conditions/breakers.ts'
import { fastBurn, slowBurn } from './conditions/error-budget.ts'
import { fleetHealth, moduleHealth, systemHealth } from './conditions/health.ts'
import { heldTransaction, invariantViolated, replicaLost, webhookDisabled } from './conditions/installation.ts'
import { noCompletions, queueAge, queueFull, shedRate } from './conditions/queue.ts'

/**
 * The figure of a rule for each of its subjects now; null when it could not be read, so that nothing is concluded from it. A
 * subject that is not named is well.
 */
export const readRule: Readonly<Record<AlertRuleId, (context: RuleContext) => Reading[] | null>> = {
  'fleet-health': fleetHealth,
  'system-health': systemHealth,
  'module-health': moduleHealth,
  'breaker-open': breakerOpen,
  'breaker-stuck': breakerStuck,
  'queue-age': queueAge,
  'queue-full': queueFull,
  'no-completions': noCompletions,
  'shed-rate': shedRate,
  'error-budget-fast': fastBurn,
  'error-budget-slow': slowBurn,
  'replica-lost': replicaLost,
  'held-transaction': heldTransaction,
  'health-anomaly': healthAnomaly,
  'latency-anomaly': latencyAnomaly,
  'health-trend': healthTrend,
  'invariant-violated': invariantViolated,
  'webhook-disabled': webhookDisabled,
}
