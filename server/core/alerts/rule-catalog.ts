import type { AlertRuleId, AlertUnit } from '../../contracts/alert-rules.ts'
import type { AlertRuleView, AlertSeverity, RuleLevel, RuleSettings } from '../../contracts/alerts.ts'

/** What a rule is, apart from its settings. */
export type RuleDefinition = Pick<AlertRuleView, 'name' | 'meaning' | 'direction' | 'unit' | 'levelNames' | 'defaults'>

const seconds = 1_000
const minutes = 60_000

/** [name of the level, severity, threshold, for how long]. */
type LevelRow = [string, AlertSeverity, number | null, number]

function rule(
  name: string,
  meaning: string,
  measure: { direction: RuleDefinition['direction']; unit: AlertUnit | null },
  rows: readonly LevelRow[],
  settings: Pick<RuleSettings, 'clearMs'> & Partial<RuleSettings>,
): RuleDefinition {
  return {
    name,
    meaning,
    ...measure,
    levelNames: rows.map(([levelName]) => levelName),
    defaults: {
      enabled: true,
      levels: rows.map(([, severity, threshold, forMs]): RuleLevel => ({ severity, threshold, forMs })),
      objectivePercent: null,
      ...settings,
    },
  }
}

const below = (unit: AlertUnit) => ({ direction: 'below', unit }) as const
const above = (unit: AlertUnit) => ({ direction: 'above', unit }) as const
const is = { direction: 'is', unit: null } as const

/** Every rule with what it is until somebody edits it. Formulas: docs/operations.md, Alerts. */
export const ruleCatalog: Readonly<Record<AlertRuleId, RuleDefinition>> = {
  'fleet-health': rule(
    'Health of the fleet',
    'The overall score: 60 % systems, 40 % enabled modules.',
    below('score'),
    [
      ['Degraded', 'warning', 90, 60 * seconds],
      ['Critical', 'critical', 70, 15 * seconds],
      ['Emergency', 'critical', 50, 0],
    ],
    { clearMs: 30 * seconds },
  ),
  'system-health': rule(
    'Health of a system',
    'Score of the database, the queue, the event bus or the dispatcher, from its own measurement.',
    below('score'),
    [
      ['Weak', 'warning', 80, 15 * seconds],
      ['Failing', 'critical', 50, 5 * seconds],
    ],
    { clearMs: 15 * seconds },
  ),
  'module-health': rule(
    'Health of a module',
    'Score of an enabled module, the mean of its instances by capacity.',
    below('score'),
    [
      ['Degraded', 'warning', 90, 30 * seconds],
      ['Unhealthy', 'critical', 70, 0],
    ],
    { clearMs: 10 * seconds },
  ),
  'breaker-open': rule(
    'Breaker open',
    'A breaker is open or probing, and nobody holds it so.',
    is,
    [['Open', 'critical', null, 0]],
    { clearMs: 5 * seconds },
  ),
  'breaker-stuck': rule(
    'Breaker open without a probe',
    'Time for which the probe of a breaker that is not closed has been overdue, or should have ended. It never should.',
    above('seconds'),
    [['Stuck', 'critical', 15, 0]],
    { clearMs: 5 * seconds },
  ),
  'queue-age': rule(
    'Work waits too long',
    'Age of the oldest task that is ready to run. Not while all work is paused.',
    above('seconds'),
    [
      ['Late', 'warning', 60, 0],
      ['Very late', 'critical', 600, 0],
    ],
    { clearMs: 10 * seconds },
  ),
  'queue-full': rule(
    'Queue nearly full',
    'Waiting and running tasks as a share of the capacity; from 90 % on the lowest priorities are refused.',
    above('percent'),
    [
      ['Filling', 'warning', 75, 60 * seconds],
      ['Nearly full', 'critical', 90, 0],
    ],
    { clearMs: 10 * seconds },
  ),
  'no-completions': rule(
    'Running, but nothing ends',
    'Time since a task ended while tasks were running all along.',
    above('seconds'),
    [
      ['Stalled', 'warning', 300, 0],
      ['Stuck', 'critical', 900, 0],
    ],
    { clearMs: 0 },
  ),
  'shed-rate': rule(
    'Submissions refused',
    'Submissions refused in the last minute because the queue or a type is full, over all replicas.',
    above('per minute'),
    [
      ['Shedding', 'warning', 0, 0],
      ['Shedding much', 'critical', 600, 30 * seconds],
    ],
    { clearMs: 30 * seconds },
  ),
  'error-budget-fast': rule(
    'Error budget, fast burn',
    'Share of tasks that failed or expired, as a multiple of the share that the objective allows: the lesser of the last hour and the last 5 minutes.',
    above('times the budget'),
    [['Burning fast', 'critical', 14.4, 0]],
    { clearMs: 30 * seconds, objectivePercent: 99 },
  ),
  'error-budget-slow': rule(
    'Error budget, slow burn',
    'The same as a multiple of the budget: the lesser of the last 6 hours and the last 30 minutes.',
    above('times the budget'),
    [['Burning', 'warning', 6, 0]],
    { clearMs: 60 * seconds, objectivePercent: 99 },
  ),
  'replica-lost': rule(
    'Replica lost',
    'A replica fell silent within the last hour, and its work was taken over.',
    is,
    [['Lost', 'warning', null, 0]],
    { clearMs: 0 },
  ),
  'held-transaction': rule(
    'Transaction held open',
    'Age of a transaction in the database, prepared ones included: it keeps old rows from being cleaned up, and claims become slower.',
    above('seconds'),
    [
      ['Held', 'warning', 30, 0],
      ['Held long', 'critical', 300, 0],
    ],
    { clearMs: 0 },
  ),
  'health-anomaly': rule(
    'Health unusually low',
    'How far a score lies below its median of the last hour, in robust deviations (0.6745 × distance / MAD).',
    above('deviations'),
    [['Unusual', 'info', 3.5, 2 * minutes]],
    { clearMs: 60 * seconds },
  ),
  'latency-anomaly': rule(
    'Latency unusually high',
    'How far the p95 of a module lies above its median of the last hour, in robust deviations of its logarithm.',
    above('deviations'),
    [['Unusual', 'warning', 6, 2 * minutes]],
    { clearMs: 60 * seconds },
  ),
  'health-trend': rule(
    'Health is falling',
    'Minutes until the score reaches 70 if it goes on falling as in the last hour (Theil–Sen slope).',
    below('minutes'),
    [['Falling', 'info', 60, 2 * minutes]],
    { clearMs: 2 * minutes },
  ),
  'invariant-violated': rule(
    'Invariant broken',
    'What a check of the auditor found at its last run.',
    above('violations'),
    [['Broken', 'critical', 0, 0]],
    { clearMs: 0 },
  ),
  'webhook-disabled': rule(
    'Webhook switched off',
    'A webhook was switched off because every delivery failed for a day.',
    is,
    [['Off', 'warning', null, 0]],
    { clearMs: 0 },
  ),
}
