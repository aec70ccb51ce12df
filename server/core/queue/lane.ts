import type { Resources } from '../../contracts/resources.ts'

/** A queue of tasks that the same modules can run: one per tenant, type, pinned module, and what a call needs. */
export interface Lane {
  id: number
  tenantId: string
  taskType: string
  pinnedModuleId: string | null
  resources: Resources
}

/** What a lane is for; any module and no resources unless it says otherwise. */
export type LanePurpose = Pick<Lane, 'tenantId' | 'taskType'> & Partial<Lane>
