import type { Json } from '../../contracts/common.ts'

/** What a task saved of its work, for the next attempt to go on from. */
export interface Checkpoint {
  data: Json
  moduleId: string
}

/** A checkpoint on its way into the store, with the lease it is written under. */
export interface CheckpointWrite {
  tenantId: string
  taskId: string
  leaseNo: number
  moduleId: string
  /** JSON text. */
  data: string
}

/** The next task of a lane, when it is urgent. */
export interface UrgentTask {
  laneId: number
  id: string
  priority: number
  rank: number
}
