import type { TaskProgress } from '../../contracts/tasks.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { DriverReport, ReportAnswer } from '../queue/driver.ts'
import type { Checkpoint } from '../queue/interruption.ts'
import type { ClaimedTask, TaskStore } from '../queue/task-store.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { CheckpointSaver, createCheckpointWriter, type WriteCheckpoint } from './checkpoint-saver.ts'
import type { Attempt } from './lease-record.ts'
import { ProgressReporter } from './progress-reporter.ts'

export interface ReportPorts {
  clock: Clock
  logger: Logger
  progress: ProgressReporter
  writeCheckpoint: WriteCheckpoint
}

/** The ports of one replica: progress is told by its events, checkpoints go into its store. */
export function createReportPorts(options: {
  events: Pick<EventPublisher, 'publish'>
  clock: Clock
  store: Pick<TaskStore, 'saveCheckpoints'>
}): Pick<ReportPorts, 'progress' | 'writeCheckpoint'> {
  return { progress: new ProgressReporter(options), writeCheckpoint: createCheckpointWriter(options) }
}

/** What modules say while they work on one task under one lease: how far they are, and what to go on from next time. */
export class AttemptReports {
  readonly #task: ClaimedTask
  readonly #ports: ReportPorts
  readonly #checkpoints: CheckpointSaver
  #current: Attempt | null = null
  /** The newest of the attempt under way. */
  progress: TaskProgress | null = null

  constructor(task: ClaimedTask, ports: ReportPorts) {
    this.#task = task
    this.#ports = ports
    const { tenantId, id, leaseNo } = task
    this.#checkpoints = new CheckpointSaver({ tenantId, taskId: id, leaseNo }, task.checkpoint, ports.writeCheckpoint)
  }

  /** What the next attempt goes on from; null when nothing was saved. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoints.last
  }

  /** Listens to the attempt that begins now; what comes after its end is too late. */
  listen(attempt: Attempt): (report: DriverReport) => ReportAnswer | Promise<ReportAnswer> {
    this.#current = attempt
    return report => {
      if (this.#current !== attempt) return 'ended'
      return report.kind === 'progress' ? this.#keepProgress(attempt, report) : this.#keepCheckpoint(attempt, report)
    }
  }

  /** The attempt under way has ended. */
  close(): void {
    this.#current = null
    if (this.progress === null) return
    this.progress = null
    this.#ports.progress.forget(this.#task.id)
  }

  /** Resolves when no checkpoint is being written any more; null when none is, so that nobody has to wait for it. */
  get settled(): Promise<unknown> | null {
    return this.#checkpoints.settled
  }

  #keepProgress({ route, number }: Attempt, report: Extract<DriverReport, { kind: 'progress' }>): ReportAnswer {
    const { clock, progress } = this.#ports
    const { tenantId, id, priority, leaseNo } = this.#task
    const { percent, stage, message } = report
    this.progress = { percent, stage, message, at: new Date(clock.now()).toISOString() }
    progress.report(
      {
        tenantId,
        taskId: id,
        priority,
        leaseNo,
        attempt: number,
        moduleId: route.module.id,
        instanceId: route.instance.id,
      },
      this.progress,
    )
    return 'accepted'
  }

  async #keepCheckpoint(
    { route }: Attempt,
    { data }: Extract<DriverReport, { kind: 'checkpoint' }>,
  ): Promise<ReportAnswer> {
    try {
      return (await this.#checkpoints.save({ data, moduleId: route.module.id })) ? 'accepted' : 'ended'
    } catch (error) {
      this.#ports.logger.warn({ error, taskId: this.#task.id }, 'a checkpoint could not be kept')
      return 'unavailable'
    }
  }
}
