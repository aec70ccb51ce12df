import type { TaskProgress } from '../../contracts/tasks.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { NewEvent } from '../operations.ts'
import type { Clock } from '../shared/clock.ts'

const intervalMs = 500
/** Progress events of one interval, over all tasks; who waited longest comes first. */
const mostPerInterval = 25

/** Of which call a progress report is. */
export interface ProgressSource {
  tenantId: string
  taskId: string
  priority: number
  leaseNo: number
  attempt: number
  moduleId: string
  instanceId: string
}

/**
 * Tells of progress by events, `task.progress`, without letting busy modules flood the log: of each task the newest report, at
 * most twice a second, and at most 50 a second in all; the last report of a running attempt is always told.
 */
export class ProgressReporter {
  readonly #events: Pick<EventPublisher, 'publish'>
  readonly #clock: Clock
  /** Reports not yet told, in the order in which their tasks began to wait. */
  readonly #untold = new Map<string, NewEvent>()
  #nextAt = 0
  #isScheduled = false

  constructor(options: { events: Pick<EventPublisher, 'publish'>; clock: Clock }) {
    this.#events = options.events
    this.#clock = options.clock
  }

  report(source: ProgressSource, { percent, stage, message }: TaskProgress): void {
    const { tenantId, taskId, priority, leaseNo, attempt, moduleId, instanceId } = source
    this.#untold.set(taskId, {
      tenantId,
      type: 'task.progress',
      priority,
      taskId,
      moduleId,
      instanceId,
      data: { attempt, leaseNo, percent, stage, message },
    })
    this.#schedule()
  }

  /** Its attempt has ended: what was not told of it no longer matters. */
  forget(taskId: string): void {
    this.#untold.delete(taskId)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#clock.setTimer(Math.max(0, this.#nextAt - this.#clock.now()), () => this.#tell())
  }

  #tell(): void {
    this.#isScheduled = false
    let told = 0
    for (const [taskId, event] of this.#untold) {
      if (told++ >= mostPerInterval) break
      this.#untold.delete(taskId)
      this.#events.publish(event)
    }
    if (told > 0) this.#nextAt = this.#clock.now() + intervalMs
    if (this.#untold.size > 0) this.#schedule()
  }
}
