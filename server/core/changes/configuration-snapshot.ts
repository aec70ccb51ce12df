import type { ChoicePolicyView } from '../../contracts/learning.ts'
import type { Flags } from '../../contracts/settings.ts'
import type { StoredEvidence } from '../brain/service-records.ts'
import type { QueuePolicyView } from '../operations.ts'
import type { ModuleRecord } from '../registry/module-record.ts'

/** Everything configured that decides how tasks of one tenant run, at one moment. Immutable: a change makes a new one. */
export interface ConfigurationSnapshot {
  tenantId: string
  modules: readonly ModuleRecord[]
  policy: QueuePolicyView
  flags: Flags
  /** How often services are explored, and which types are pinned. */
  choice: ChoicePolicyView
  /** Calls in flight at most, over all replicas. */
  concurrency: number
  /** Tasks that may wait or run at once. */
  queueCapacity: number
  /** Total time of a task from its first start, when it names none. */
  taskTimeoutMs: number
  /** What was learned of services until then. */
  evidence: readonly StoredEvidence[]
}
