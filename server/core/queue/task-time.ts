import type { Clock } from '../shared/clock.ts'
import type { ClaimedTask } from './task-store.ts'

/** Total time of a task that names none, by itself or by its type: 300 s. */
const defaultTotalTimeoutMs = 300_000

/**
 * Total time in ms that a task may take from its first start. Without a limit of its own it is the server's, but never less
 * than what a single attempt may take.
 */
export function totalTimeoutOf(
  { totalTimeoutMs, timeoutMs }: { totalTimeoutMs: number | null; timeoutMs: number },
  serverMs: number = defaultTotalTimeoutMs,
): number {
  return totalTimeoutMs ?? Math.max(serverMs, timeoutMs)
}

/** How much time a running task has left: its total time, which counts from the first start, and its deadline. */
export class TaskTime {
  readonly #task: ClaimedTask
  readonly #clock: Clock
  readonly #totalMs: number
  readonly #record: { readonly startedAt: number | null }

  /** `record` says when the first attempt began, in ms since the epoch; null before. */
  constructor(
    task: ClaimedTask,
    record: { readonly startedAt: number | null },
    options: { clock: Clock; taskTimeoutMs: number },
  ) {
    this.#task = task
    this.#record = record
    this.#clock = options.clock
    this.#totalMs = totalTimeoutOf(task, options.taskTimeoutMs)
  }

  /** Milliseconds left of the total time or until the deadline, whichever is nearer. */
  get leftMs(): number {
    return this.leftAt(this.#clock.now())
  }

  /** The same as of a moment, in ms since the epoch. */
  leftAt(now: number): number {
    return Math.min(this.#endsAt(), this.#task.deadline ?? Number.POSITIVE_INFINITY) - now
  }

  get isDeadlineNearer(): boolean {
    return this.#task.deadline !== null && this.#task.deadline <= this.#endsAt()
  }

  #endsAt(): number {
    return (this.#record.startedAt ?? this.#clock.now()) + this.#totalMs
  }
}
