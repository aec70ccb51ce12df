import type { EventView } from '../../contracts/events.ts'
import type { TaskProgress } from '../../contracts/tasks.ts'
import type { EventSubscriber } from '../events/event-log.ts'
import type { Clock } from '../shared/clock.ts'
import { TurnoverMap } from '../shared/turnover-map.ts'

/** Tasks whose progress is remembered; the one that was silent longest is forgotten first. */
const mostRemembered = 10_000

const endings: ReadonlySet<string> = new Set(['task.succeeded', 'task.failed', 'task.cancelled', 'task.expired'])

/**
 * What the events of tasks tell those who look at single ones: how far running tasks are, on whatever replica they run, and
 * when a task has ended. One subscription and one look-up per event, however many wait.
 */
export class TaskWatch {
  readonly #clock: Clock
  readonly #stopListening: () => void
  readonly #progress = new Map<string, { leaseNo: number; progress: TaskProgress }>()
  readonly #waiters = new TurnoverMap<string, Set<() => void>>()
  #isStopped = false

  constructor(options: { events: EventSubscriber; clock: Clock }) {
    this.#clock = options.clock
    this.#stopListening = options.events.subscribe('task.*', event => this.#hear(event))
  }

  /** How many wait for the end of some task. */
  get waiting(): number {
    let count = 0
    for (const waiters of this.#waiters.values()) count += waiters.size
    return count
  }

  /** The newest progress told of a task under this lease; null when there was none. */
  progressOf(taskId: string, leaseNo: number): TaskProgress | null {
    const known = this.#progress.get(taskId)
    return known?.leaseNo === leaseNo ? known.progress : null
  }

  /** Resolves when the task has ended, after `waitMs`, or when this stops; the caller looks which. */
  ended(taskId: string, waitMs: number): Promise<void> {
    if (this.#isStopped || waitMs <= 0) return Promise.resolve()
    return new Promise(resolve => {
      const waiters = this.#waiters.get(taskId) ?? new Set()
      this.#waiters.set(taskId, waiters)
      const finish = () => {
        cancelTimer()
        waiters.delete(finish)
        if (waiters.size === 0) this.#waiters.delete(taskId)
        resolve()
      }
      const cancelTimer = this.#clock.setTimer(waitMs, finish)
      waiters.add(finish)
    })
  }

  /** Lets everybody go who waits, and nobody waits any more. */
  stop(): void {
    this.#isStopped = true
    this.#stopListening()
    for (const taskId of this.#waiters.keys()) this.#wake(taskId)
  }

  #hear(event: EventView): void {
    const { type, taskId } = event
    if (taskId === null) return
    if (type === 'task.progress') return this.#remember(taskId, event)
    this.#progress.delete(taskId)
    if (endings.has(type)) this.#wake(taskId)
  }

  #wake(taskId: string): void {
    for (const finish of this.#waiters.get(taskId) ?? []) finish()
  }

  #remember(taskId: string, { at, data }: EventView): void {
    const { leaseNo, percent, stage, message } = data as Omit<TaskProgress, 'at'> & { leaseNo: number }
    this.#progress.delete(taskId)
    this.#progress.set(taskId, { leaseNo, progress: { percent, stage, message, at } })
    if (this.#progress.size <= mostRemembered) return
    const [oldest] = this.#progress.keys()
    if (oldest !== undefined) this.#progress.delete(oldest)
  }
}
