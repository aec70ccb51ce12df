import type { RunningTask, RunningTasks } from '../queue/running-tasks.ts'
import type { TaskStore } from '../queue/task-store.ts'

export interface LeaseWatchOptions {
  store: Pick<TaskStore, 'leasesOf'>
  running: RunningTasks & { executing(): Iterable<RunningTask> }
  replicaId: string
}

/** Looks in the store for what others did to the leases of this replica: asked them to stop, or took them over. */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions

  constructor(options: LeaseWatchOptions) {
    this.#options = options
  }

  /** Stops tasks that were cancelled by way of another replica. */
  async stopCancelled(): Promise<void> {
    const { store, running, replicaId } = this.#options
    for (const { taskId, leaseNo, cancelReason } of await store.leasesOf(replicaId, 'cancelled')) {
      const execution = running.find(taskId)
      if (execution && execution.task.leaseNo !== leaseNo) continue
      running.stopTask(taskId, { kind: 'cancelled', reason: cancelReason ?? '' })
    }
  }

  /** Stops tasks whose leases were taken over: their outcomes would be discarded, and somebody else runs them. */
  async stopTakenOver(): Promise<void> {
    const { store, running, replicaId } = this.#options
    const executing = [...running.executing()]
    if (executing.length === 0) return
    const held = new Set((await store.leasesOf(replicaId, 'all')).map(({ leaseNo }) => leaseNo))
    for (const execution of executing) {
      if (held.has(execution.task.leaseNo) || running.find(execution.task.id) !== execution) continue
      running.stopTask(execution.task.id, { kind: 'shutdown' })
    }
  }
}
