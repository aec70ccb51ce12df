import type { Constraint } from '../../contracts/explain.ts'
import type { PauseView } from '../../contracts/queues.ts'
import type { HealthReading } from '../health/health-board.ts'
import type { StoredTask } from '../queue/task-store.ts'
import type { InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import type { LocalBreaker } from '../resilience/breaker-board.ts'

/** One instance of a module that could run a task, as it is now. */
export interface InstanceFacts {
  record: InstanceRecord
  health: HealthReading
  /** Null before its first call. */
  breaker: LocalBreaker | null
  /** Whether its breaker would let a call through now. */
  isAdmitted: boolean
  inFlight: number
}

/** A module that could run a task: one that has the capability, or the one it is pinned to. */
export interface ModuleFacts {
  record: ModuleRecord
  instances: readonly InstanceFacts[]
  /** Calls it may have in flight here by the queue policy; null without a limit. */
  limit: number | null
  /** Learned mean of this type on it; null without history. */
  meanMs: number | null
  /** Whether its expected cost exceeds what is left of the task's budget. */
  isOverBudget: boolean
}

/** Everything a rule may go by; gathered once, so that rules are pure. Times in ms since the epoch. */
export interface Situation {
  now: number
  task: StoredTask
  /** What its ended attempts cost, in USD. */
  spentUsd: number
  modules: readonly ModuleFacts[]
  /** Tasks that go before it at the same modules, counted up to `cap`; null unless it is ready. */
  ahead: { count: number; cap: number } | null
  /** Tasks of the lanes it competes with that have started per second, lately; 0 when none has. */
  startsPerSecond: number
  workers: { running: number; concurrency: number }
  /** Tasks held of its tenant and its type, and the limits of the queue policy. All of this replica. */
  held: { tenant: number; type: number }
  limits: { tenant: number | null; type: number | null }
  /** What operators hold back of the tenant's queue. */
  pauses: readonly PauseView[]
  /** For how long the database has taken no heartbeat. */
  databaseSilentMs: number
}

/**
 * One reason why tasks wait: says whether and how it holds this one. Pure, and knows nothing of other rules; a new reason is
 * a new rule in `rules/index.ts`.
 */
export type ConstraintRule = (situation: Situation) => Constraint | readonly Constraint[] | null
