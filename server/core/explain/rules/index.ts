import type { ConstraintRule } from '../situation.ts'
import { noRoute } from './modules.ts'
import { parents } from './parents.ts'
import { paused } from './pauses.ts'
import { behindOthers, budget, policyLimits, replicaFull } from './queue.ts'
import { backOff, busy, databaseAway, notBefore } from './timing.ts'

/** Every reason for which a task may wait. The order is that of the answer among constraints that last equally long. */
export const constraintRules: readonly ConstraintRule[] = [
  databaseAway,
  parents,
  notBefore,
  backOff,
  busy,
  paused,
  noRoute,
  budget,
  policyLimits,
  replicaFull,
  behindOthers,
]
