import type { Principal } from './principal.ts'

/** One act that changed something, written in the same transaction as the change. */
export interface AuditEntry {
  by: Principal
  /** `area.verb`, as on the API: `modules.disable`. */
  action: string
  targetKind: string
  targetId: string
  reason: string | null
  /** Facts that go with it; never a secret. */
  details: Record<string, unknown>
}
