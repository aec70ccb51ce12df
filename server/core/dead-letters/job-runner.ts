import type { SubmitReceipt, SubmitTask } from '../../contracts/tasks.ts'
import { Duty } from '../queue/duty.ts'
import type { Origin } from '../queue/submission.ts'
import { toSubmission } from '../queue/task-service.ts'
import type { TaskStore } from '../queue/task-store.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import type { Actor } from '../shared/principal.ts'
import type { DeadLetterJobStore, JobItem, LeasedJob, SettledItem, TrialCount } from './dead-letter-job-store.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import { RateBudget } from './rate-budget.ts'

export interface JobRunnerOptions {
  jobs: DeadLetterJobStore
  letters: DeadLetterStore
  tasks: Pick<TaskStore, 'get'>
  submission: { submit(by: Actor, input: SubmitTask, context: { origin: Origin }): Promise<SubmitReceipt> }
  clock: Clock
  logger: Logger
  replicaId: string
}

const leaseMs = 10_000
const idleMs = 2_000
const activeMs = 250
const retryMs = 2_000
/** Letters of one job between two looks at whether it was aborted. */
const reprocessChunk = 128
const discardChunk = 500

/**
 * Does the jobs on many dead letters: takes those that no other replica holds and does a little of each in turn. A letter is
 * reprocessed once however often a replica dies or loses its lease meanwhile: its new task and its closing are one
 * transaction, and its key is derived from job and letter.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions
  readonly #duty: Duty
  readonly #budgets = new Map<string, RateBudget>()
  #isStopped = false

  constructor(options: JobRunnerOptions) {
    this.#options = options
    const { clock, logger } = options
    this.#duty = new Duty({ name: 'dead letter jobs', clock, logger, retryMs, run: () => this.#stepAll() })
  }

  start(): void {
    this.#duty.start(activeMs)
  }

  /** Lets the step under way end, then gives the leases back, so that another replica goes on at once. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#duty.stop()
    await this.#options.jobs.release(this.#options.replicaId).catch(() => {})
  }

  /** There is something new to do. */
  wake(): void {
    this.#duty.runWithin(0)
  }

  async #stepAll(): Promise<number> {
    const { jobs, replicaId } = this.#options
    const leased = await jobs.lease(replicaId, leaseMs)
    for (const id of this.#budgets.keys()) if (!leased.some(job => job.id === id)) this.#budgets.delete(id)
    for (const job of leased) if (!this.#isStopped) await this.#step(job)
    return leased.length > 0 ? activeMs : idleMs
  }

  async #step(job: LeasedJob): Promise<void> {
    const { jobs, replicaId } = this.#options
    const budget = job.kind === 'discard' ? null : this.#budgetOf(job)
    const limit = budget ? Math.min(reprocessChunk, budget.available()) : discardChunk
    if (limit === 0) return
    const items = await jobs.nextItems(job, limit)
    if (items.length === 0) return this.#finishPhase(job)
    budget?.spend(items.length)
    const { settled, waitingFor, fault } = await (job.kind === 'discard'
      ? this.#discard(job, items)
      : this.#reprocess(job, items))
    await jobs.settle(job, replicaId, settled, waitingFor)
    if (fault) throw fault
  }

  /** Every letter of this phase is settled. */
  async #finishPhase(job: LeasedJob): Promise<void> {
    const { jobs, replicaId } = this.#options
    if (job.status === 'running' || job.trial === null)
      return jobs.advance(job, replicaId, { status: 'done', trial: null })
    const trial = await jobs.countTrial(job)
    await jobs.advance(job, replicaId, { status: trial.alive > 0 ? null : afterTrial(job, trial), trial })
  }

  async #reprocess(job: LeasedJob, items: readonly JobItem[]): Promise<Progress> {
    const progress: Progress = { settled: [], waitingFor: null, fault: null }
    await Promise.all(
      items.map(async item => {
        try {
          progress.settled.push(await this.#reprocessOne(job, item))
        } catch (error) {
          if (error instanceof QuarterdeckError && error.retryable) progress.waitingFor = error.code
          else progress.fault = error
        }
      }),
    )
    return progress
  }

  /** Throws what may succeed later. */
  async #reprocessOne(job: LeasedJob, { position, letterId }: JobItem): Promise<SettledItem> {
    const task = await this.#options.tasks.get(job.tenantId, letterId)
    if (!task) return refusedItem(position, 'TASK_NOT_FOUND', 'Its task is not kept any more.')
    const origin = { kind: 'reprocess', taskId: letterId, jobId: job.id, isPayloadEdited: false } as const
    try {
      const keyed = { ...toSubmission(task), idempotencyKey: `dead-letter:${job.id}:${letterId}` }
      const { id } = await this.#options.submission.submit(job.by, keyed, { origin })
      return { position, outcome: 'done', taskId: id, code: null, message: null }
    } catch (error) {
      if (!(error instanceof QuarterdeckError) || error.retryable) throw error
      if (error.code !== 'DEAD_LETTER_NOT_OPEN') return refusedItem(position, error.code, error.message)
      const { jobId, taskId } = error.details as { jobId: string | null; taskId: string | null }
      return jobId === job.id
        ? { position, outcome: 'done', taskId, code: null, message: null }
        : { position, outcome: 'skipped', taskId, code: error.code, message: error.message }
    }
  }

  async #discard(job: LeasedJob, items: readonly JobItem[]): Promise<Progress> {
    const { letters } = this.#options
    const ids = items.map(({ letterId }) => letterId)
    await letters.discard({ by: job.by, ids, reason: job.reason ?? '', jobId: job.id })
    // Read afterwards, so that what this job discarded before it was interrupted counts as its own.
    const own = new Set(
      (await letters.find(job.tenantId, ids)).filter(({ jobId }) => jobId === job.id).map(({ id }) => id),
    )
    const settled = items.map(({ position, letterId }): SettledItem => {
      const outcome = own.has(letterId) ? 'done' : 'skipped'
      return { position, outcome, taskId: null, code: null, message: null }
    })
    return { settled, waitingFor: null, fault: null }
  }

  #budgetOf(job: LeasedJob): RateBudget {
    let budget = this.#budgets.get(job.id)
    if (!budget) {
      budget = new RateBudget(job.ratePerSecond, this.#options.clock)
      this.#budgets.set(job.id, budget)
    }
    return budget
  }
}

interface Progress {
  settled: SettledItem[]
  waitingFor: string | null
  /** A fault of ours; what it hit is tried again. */
  fault: unknown
}

function refusedItem(position: number, code: string, message: string): SettledItem {
  return { position, outcome: 'refused', taskId: null, code, message }
}

/** Goes on by itself only when told from which share on, and the sample reached it. */
function afterTrial({ total, trial }: LeasedJob, { ended, succeeded }: TrialCount): 'running' | 'deciding' | 'done' {
  if (trial === null || trial.size >= total) return 'done'
  if (trial.continueFrom === null || ended === 0) return 'deciding'
  return succeeded / ended >= trial.continueFrom ? 'running' : 'deciding'
}
