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

/** What of the task store serves work that is interrupted and goes on. */
export interface InterruptionStore {
  /**
   * Keeps checkpoints of leases that are still current, each in place of the task's last one; the others change nothing.
   * Answers, in order, whether each was kept. No task may be named twice. They go with the end of their task.
   */
  saveCheckpoints(checkpoints: readonly CheckpointWrite[]): Promise<boolean[]>
  /**
   * Of these lanes, the tasks that are next in them, are urgent (number 1 or 2) and have been ready for `waitedMs` or longer;
   * at most one of each lane.
   */
  urgentHeads(laneIds: readonly number[], waitedMs: number): Promise<UrgentTask[]>
}
