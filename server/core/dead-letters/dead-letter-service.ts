import type { Page } from '../../contracts/common.ts'
import type {
  DeadLetterGroup,
  DeadLetterJob,
  DeadLetterJobView,
  DeadLetterSummary,
  DeadLetterView,
  DiscardDeadLetters,
  DiscardReceipt,
  GroupDeadLetters,
  LetterFilter,
  ListDeadLetterJobs,
  ListDeadLetters,
  ReprocessDeadLetter,
  ReprocessMany,
} from '../../contracts/dead-letters.ts'
import type { SubmitReceipt } from '../../contracts/tasks.ts'
import type { DeadLetterOperations, TaskOperations } from '../operations.ts'
import type { Submission } from '../queue/submission.ts'
import { toSubmission } from '../queue/task-service.ts'
import type { TaskStore } from '../queue/task-store.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { IdSource } from '../shared/ids.ts'
import type { Principal } from '../shared/principal.ts'
import type { DeadLetterJobStore, NewJob } from './dead-letter-job-store.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import type { JobRunner } from './job-runner.ts'

export interface DeadLetterServiceOptions {
  letters: DeadLetterStore
  jobs: DeadLetterJobStore
  tasks: Pick<TaskOperations, 'get'>
  store: Pick<TaskStore, 'get'>
  submission: Submission
  runner: JobRunner
  ids: IdSource
  /** Digest of a text, for comparing repeated requests. */
  digest: (text: string) => string
}

/** Rate of jobs that make no tasks; kept with the job, obeyed by none. */
const unthrottled = 1_000

/** What callers do with tasks that failed for good: look, reprocess one or many, discard. */
export class DeadLetterService implements DeadLetterOperations {
  readonly #options: DeadLetterServiceOptions

  constructor(options: DeadLetterServiceOptions) {
    this.#options = options
  }

  /** Begins to do the jobs that no other replica does. */
  start(): void {
    this.#options.runner.start()
  }

  /** Lets the step under way end and leaves the jobs to other replicas. */
  stop(): Promise<void> {
    return this.#options.runner.stop()
  }

  list(tenantId: string, filter: ListDeadLetters): Promise<Page<DeadLetterSummary>> {
    return this.#options.letters.list(tenantId, filter)
  }

  groups(tenantId: string, filter: GroupDeadLetters): Promise<DeadLetterGroup[]> {
    return this.#options.letters.groups(tenantId, filter)
  }

  countOpen(tenantId: string, filter: LetterFilter): Promise<{ open: number; oldestAt: string | null }> {
    return this.#options.letters.countOpen(tenantId, filter)
  }

  async get(tenantId: string, id: string): Promise<DeadLetterView> {
    const { letters, tasks } = this.#options
    const [letter] = await this.#findAll(tenantId, [id])
    const [task, lineage] = await Promise.all([tasks.get(tenantId, id), letters.lineage(tenantId, id)])
    const { payload, attempts, submittedBy, createdAt } = task
    return { ...letter, payload, attempts, submittedBy, createdAt, lineage }
  }

  async reprocess(by: Principal, { id, payload }: ReprocessDeadLetter): Promise<SubmitReceipt> {
    await this.#findAll(by.tenantId, [id])
    const task = await this.#options.store.get(by.tenantId, id)
    if (!task) throw notFound([id])
    const input = toSubmission(task)
    const isPayloadEdited = payload !== undefined
    return this.#options.submission.submit(by, isPayloadEdited ? { ...input, payload } : input, {
      origin: { kind: 'reprocess', taskId: id, jobId: null, isPayloadEdited },
    })
  }

  async reprocessMany(by: Principal, input: ReprocessMany): Promise<DeadLetterJob> {
    const { idempotencyKey = null, ...body } = input
    return this.#createJob({
      id: this.#options.ids.next(),
      kind: 'reprocess',
      by,
      reason: input.reason ?? null,
      selection: await this.#selectionOf(by.tenantId, input),
      ratePerSecond: input.ratePerSecond,
      trial: input.trial ? { size: input.trial.size, continueFrom: input.trial.continueFrom ?? null } : null,
      idempotencyKey,
      bodyHash: idempotencyKey === null ? null : this.#options.digest(JSON.stringify(body)),
    })
  }

  async discard(by: Principal, input: DiscardDeadLetters): Promise<DiscardReceipt> {
    const { reason } = input
    const selection = await this.#selectionOf(by.tenantId, input)
    if ('ids' in selection) {
      const { ids } = selection
      const discarded = await this.#options.letters.discard({ by, ids, reason, jobId: null })
      if (discarded.length === 0) throw noneOpen(ids)
      return { discarded: discarded.length, job: null }
    }
    const job = await this.#createJob({
      id: this.#options.ids.next(),
      kind: 'discard',
      by,
      reason,
      selection,
      ratePerSecond: unthrottled,
      trial: null,
      idempotencyKey: null,
      bodyHash: null,
    })
    return { discarded: 0, job }
  }

  jobs(tenantId: string, filter: ListDeadLetterJobs): Promise<Page<DeadLetterJob>> {
    return this.#options.jobs.list(tenantId, filter)
  }

  async job(tenantId: string, id: string): Promise<DeadLetterJobView> {
    const job = await this.#options.jobs.get(tenantId, id)
    if (!job) throw jobNotFound(id)
    return job
  }

  async continueJob(by: Principal, id: string): Promise<DeadLetterJobView> {
    const before = await this.#options.jobs.decide(by, id, { kind: 'continue' })
    if (before === null) throw jobNotFound(id)
    if (before === 'done' || before === 'aborted') throw jobEnded(id, before)
    if (before === 'running') {
      throw new QuarterdeckError('DEAD_LETTER_JOB_NOT_DECIDING', {
        message: `Job ${id} is running; it waits for no decision.`,
        action: 'Nothing is to be done; abort it to stop it.',
      })
    }
    this.#options.runner.wake()
    return this.job(by.tenantId, id)
  }

  async abortJob(by: Principal, id: string, reason: string | undefined): Promise<DeadLetterJobView> {
    const before = await this.#options.jobs.decide(by, id, { kind: 'abort', reason: reason ?? null })
    if (before === null) throw jobNotFound(id)
    if (before === 'done' || before === 'aborted') throw jobEnded(id, before)
    return this.job(by.tenantId, id)
  }

  async #createJob(job: NewJob): Promise<DeadLetterJob> {
    const result = await this.#options.jobs.create(job)
    switch (result.kind) {
      case 'none':
        if ('ids' in job.selection) throw noneOpen(job.selection.ids)
        throw new QuarterdeckError('NO_DEAD_LETTERS', {
          message: 'No open dead letter matches.',
          action: 'Look at deadLetters.count with the same filter; they may have been dealt with meanwhile.',
        })
      case 'conflict':
        throw new QuarterdeckError('IDEMPOTENCY_CONFLICT', {
          message: 'This idempotency key was used before with another body.',
          action: 'Use a new key for new work; repeat the same body with the same key.',
          details: { jobId: result.id },
        })
      case 'created':
      case 'repeated':
        this.#options.runner.wake()
        return result.job
    }
  }

  /** Ids must all be letters; those that are not open are left out later. */
  async #selectionOf(
    tenantId: string,
    { ids, filter }: { ids?: string[] | undefined; filter?: LetterFilter | undefined },
  ): Promise<NewJob['selection']> {
    if (ids === undefined) return { filter: filter ?? {} }
    await this.#findAll(tenantId, ids)
    return { ids }
  }

  async #findAll(tenantId: string, ids: readonly string[]): Promise<[DeadLetterSummary, ...DeadLetterSummary[]]> {
    const found = await this.#options.letters.find(tenantId, ids)
    const known = new Set(found.map(({ id }) => id))
    const unknown = ids.filter(id => !known.has(id))
    const [first, ...others] = found
    if (unknown.length > 0 || !first) throw notFound(unknown)
    return [first, ...others]
  }
}

function notFound(ids: readonly string[]): QuarterdeckError {
  return new QuarterdeckError('DEAD_LETTER_NOT_FOUND', {
    message: ids.length === 1 ? `Task ${ids[0]} is no dead letter.` : `${ids.length} of these are no dead letters.`,
    action: 'Only tasks that failed are dead letters; they are kept for 30 days.',
    details: { ids: ids.slice(0, 100) },
  })
}

function noneOpen(ids: readonly string[]): QuarterdeckError {
  return new QuarterdeckError('DEAD_LETTER_NOT_OPEN', {
    message:
      ids.length === 1 ? `Dead letter ${ids[0]} is not open any more.` : 'None of these dead letters is open any more.',
    action: 'Somebody has dealt with them; deadLetters.get says who and how.',
  })
}

function jobNotFound(id: string): QuarterdeckError {
  return new QuarterdeckError('DEAD_LETTER_JOB_NOT_FOUND', {
    message: `There is no job ${id}.`,
    action: 'Check the id; jobs are kept for 30 days.',
  })
}

function jobEnded(id: string, status: string): QuarterdeckError {
  return new QuarterdeckError('DEAD_LETTER_JOB_ENDED', {
    message: `Job ${id} has ended as ${status}.`,
    action: 'Start another one for what is still open.',
    details: { status },
  })
}
