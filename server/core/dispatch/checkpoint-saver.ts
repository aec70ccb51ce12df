import type { Checkpoint, CheckpointWrite } from '../queue/interruption.ts'
import type { TaskStore } from '../queue/task-store.ts'
import { Batcher } from '../shared/batcher.ts'
import type { Clock } from '../shared/clock.ts'

/** Keeps a checkpoint; answers false when its lease is no longer current. Throws when the database does not answer. */
export type WriteCheckpoint = (checkpoint: CheckpointWrite) => Promise<boolean>

/** Writes the checkpoints of all running tasks of this replica, those that arrive together in one statement. */
export function createCheckpointWriter(options: {
  store: Pick<TaskStore, 'saveCheckpoints'>
  clock: Clock
}): WriteCheckpoint {
  const batcher = new Batcher<CheckpointWrite, boolean>({
    clock: options.clock,
    maxDelayMs: 2,
    maxSize: 64,
    gapMs: () => 0,
    maxConcurrent: 1,
    write: checkpoints => options.store.saveCheckpoints(checkpoints),
  })
  return checkpoint => batcher.add(checkpoint)
}

/**
 * The checkpoints of one task under one lease: written one at a time and in order. Of those that arrive while one is being
 * written only the newest is written, and answers for all of them.
 */
export class CheckpointSaver {
  readonly #write: WriteCheckpoint
  readonly #lease: Pick<CheckpointWrite, 'tenantId' | 'taskId' | 'leaseNo'>
  #writing: Promise<boolean> | null = null
  #next: { checkpoint: Checkpoint; saved: Promise<boolean> } | null = null
  /** The last one that is known to be kept; what the next attempt goes on from. */
  last: Checkpoint | null

  constructor(
    lease: Pick<CheckpointWrite, 'tenantId' | 'taskId' | 'leaseNo'>,
    last: Checkpoint | null,
    write: WriteCheckpoint,
  ) {
    this.#lease = lease
    this.#write = write
    this.last = last
  }

  /** Answers false when the lease was taken over. Throws when the database does not answer. */
  save(checkpoint: Checkpoint): Promise<boolean> {
    if (this.#next) {
      this.#next.checkpoint = checkpoint
      return this.#next.saved
    }
    if (this.#writing === null) return this.#save(checkpoint)
    const next = { checkpoint, saved: Promise.resolve(false) }
    const saved = this.#writing
      .catch(() => false)
      .then(() => {
        this.#next = null
        return this.#save(next.checkpoint)
      })
    next.saved = saved
    this.#next = next
    return saved
  }

  /** Resolves when nothing is being written any more; null when nothing is. */
  get settled(): Promise<unknown> | null {
    return this.#next?.saved.catch(() => {}) ?? this.#writing?.catch(() => {}) ?? null
  }

  #save(checkpoint: Checkpoint): Promise<boolean> {
    const { moduleId, data } = checkpoint
    const writing = this.#write({ ...this.#lease, moduleId, data: JSON.stringify(data) })
      .then(isKept => {
        if (isKept) this.last = checkpoint
        return isKept
      })
      .finally(() => {
        if (this.#writing === writing) this.#writing = null
      })
    this.#writing = writing
    return writing
  }
}
