/** Tasks of one type and pinned module that can be started and that run. */
export interface LaneCount {
  type: string
  pinnedModuleId: string | null
  ready: number
  running: number
}

/** What waits and runs of a tenant, from one snapshot. */
export type QueueCounts = {
  ready: number
  scheduled: number
  blocked: number
  running: number
  byPriority: { priority: number; ready: number; running: number }[]
  byType: LaneCount[]
  oldestReadyAt: number | null
}
