import type { InvariantView, RunInvariants } from '../../contracts/invariants.ts'
import type { Principal } from '../shared/principal.ts'

/** What the core offers of the auditor; see `Operations`. It looks at the whole installation, for the first tenant alone. */
export interface InvariantOperations {
  /** Every check with its last result. Throws FORBIDDEN outside of the first tenant. */
  list(tenantId: string): Promise<InvariantView[]>
  /** Makes these checks now, or all, and answers every check. Throws FORBIDDEN outside of the first tenant. */
  run(by: Principal, input: RunInvariants): Promise<InvariantView[]>
}
