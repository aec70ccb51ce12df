import type { BreakerView } from '../../contracts/breakers.ts'
import type { Json } from '../../contracts/common.ts'
import type { HealthSummary } from '../../contracts/health.ts'
import type { InvariantView } from '../../contracts/invariants.ts'
import type { ModuleSummary } from '../../contracts/modules.ts'
import type { ReplicaView } from '../../contracts/replicas.ts'
import type { QueueStats } from '../../contracts/stats.ts'
import type { WebhookView } from '../../contracts/webhooks.ts'

/** A transaction that is older than a few seconds. Times in ms since the epoch. */
export interface HeldTransaction {
  /** The process of the session; null for a prepared transaction, which has none. */
  pid: number | null
  /** Name of the program, or the identifier of the prepared transaction. */
  application: string
  user: string
  /** `active`, `idle in transaction` ..., or `prepared`. */
  state: string
  transactionStart: number
  queryStart: number | null
  /** The beginning of the query that it runs, or ran last. */
  query: string | null
  waitsFor: string | null
}

/** Calls of one module over the last minutes, as the replica that evaluates saw them. */
export interface RecentLatency {
  calls: number
  p50Ms: number | null
  p95Ms: number | null
}

/** Everything that the rules look at, of one tenant at one moment. */
export interface AlertWorld {
  nowMs: number
  health: HealthSummary
  modules: readonly ModuleSummary[]
  breakers: readonly BreakerView[]
  queue: QueueStats
  latency: (moduleId: string) => RecentLatency
  /** What belongs to the installation is looked at in the first tenant alone, and empty elsewhere. */
  replicas: readonly ReplicaView[]
  invariants: readonly InvariantView[]
  webhooks: readonly WebhookView[]
  /** Null when they could not be read. */
  heldTransactions: readonly HeldTransaction[] | null
  /** Submissions that were refused in the last minute, over all replicas. */
  refusedLastMinute: number
}

/** What a rule found of one subject: the figure that its levels are compared with, and what to tell people. */
export interface Reading {
  /** `fleet`, `module:m` ... */
  subject: string
  value: number
  moduleId?: string
  /** What is wrong, by the gravest level that holds (0 is the mildest). */
  title: (level: number) => string
  detail: string
  href: string
  evidence: Record<string, Json>
  /** When the trouble began, if that is known better than by looking; ms since the epoch. */
  sinceMs?: number
}
