import type { Page } from '../../contracts/common.ts'
import type { TaskExplanation } from '../../contracts/explain.ts'
import { describeInputProblem } from '../../contracts/input-problem.ts'
import {
  type AttemptView,
  type ListTasks,
  type SubmitBatchReceipt,
  type SubmitReceipt,
  type SubmitTask,
  submitTaskInput,
  type TaskSummary,
  type TaskView,
  type TimelineEntry,
} from '../../contracts/tasks.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { TaskOperations } from '../operations.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { sumMoney } from '../shared/money.ts'
import type { Principal } from '../shared/principal.ts'
import type { RunningTasks } from './running-tasks.ts'
import type { Submission } from './submission.ts'
import { isEnded } from './task-state.ts'
import type { StoredTask, TaskStore } from './task-store.ts'
import { buildTimeline } from './timeline.ts'

export interface TaskServiceOptions {
  store: TaskStore
  submission: Submission
  running: RunningTasks
  events: EventPublisher
  /** Says why a task is where it is. */
  explain: (task: StoredTask, attempts: readonly AttemptView[]) => Promise<TaskExplanation>
  /** Writes down who did what to a task. */
  audit: (by: Principal, entry: { action: string; targetId: string; reason: string | null }) => Promise<void>
  replicaId: string
  /** A task that runs on another replica was marked to stop: have it look. */
  onMarkedElsewhere: (replicaId: string) => void
}

/** What callers do with tasks: submit, look, cancel, retry. */
export class TaskService implements TaskOperations {
  readonly #options: TaskServiceOptions

  constructor(options: TaskServiceOptions) {
    this.#options = options
  }

  submit(by: Principal, input: SubmitTask): Promise<SubmitReceipt> {
    return this.#options.submission.submit(by, input)
  }

  async submitBatch(by: Principal, entries: readonly unknown[]): Promise<SubmitBatchReceipt> {
    const receipt: SubmitBatchReceipt = { accepted: [], rejected: [] }
    await Promise.all(
      entries.map(async (entry, index) => {
        const parsed = submitTaskInput.safeParse(entry)
        if (!parsed.success) {
          const { code, message } = describeInputProblem(parsed.error)
          receipt.rejected.push({ index, code, message })
          return
        }
        try {
          const { id } = await this.#options.submission.submit(by, parsed.data)
          receipt.accepted.push({ index, id })
        } catch (error) {
          const { code, message } = error instanceof QuarterdeckError ? error : notStored
          receipt.rejected.push({ index, code, message })
        }
      }),
    )
    receipt.accepted.sort((a, b) => a.index - b.index)
    receipt.rejected.sort((a, b) => a.index - b.index)
    return receipt
  }

  async get(tenantId: string, id: string): Promise<TaskView> {
    const task = await this.#find(tenantId, id)
    return this.#toView(task)
  }

  list(tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>> {
    return this.#options.store.list(tenantId, filter)
  }

  async timeline(tenantId: string, id: string): Promise<TimelineEntry[]> {
    const task = await this.#find(tenantId, id)
    return buildTimeline(task, this.#attemptsOf(task))
  }

  async explain(tenantId: string, id: string): Promise<TaskExplanation> {
    const task = await this.#find(tenantId, id)
    return this.#options.explain(task, this.#attemptsOf(task))
  }

  async cancel(by: Principal, id: string, reason: string | undefined): Promise<TaskView> {
    const { store, running, events, audit, replicaId } = this.#options
    const why = reason ?? `Cancelled by ${by.name}.`
    const result = await store.cancel(by.tenantId, id, why, replicaId)
    if (result === null) throw notFound(id)
    if (result.kind === 'already_ended') {
      throw new QuarterdeckError('TASK_ALREADY_ENDED', {
        message: `Task ${id} has already ended as ${result.status}.`,
        action: 'Nothing is left to cancel; retry makes a new task from it.',
        details: { status: result.status },
      })
    }
    events.wake()
    if (result.kind === 'signalled') {
      running.stopTask(id, { kind: 'cancelled', reason: why })
      if (result.replicaId !== replicaId) this.#options.onMarkedElsewhere(result.replicaId)
    }
    await audit(by, { action: 'task.cancel', targetId: id, reason: reason ?? null })
    return this.get(by.tenantId, id)
  }

  async retry(by: Principal, id: string): Promise<SubmitReceipt> {
    const task = await this.#find(by.tenantId, id)
    if (!isEnded(task.summary.status)) {
      throw new QuarterdeckError('TASK_NOT_ENDED', {
        message: `Task ${id} is ${task.summary.status}; only an ended task can be retried.`,
        action: 'Wait for it to end, or cancel it first.',
        details: { status: task.summary.status },
      })
    }
    return this.#options.submission.submit(by, toSubmission(task), {
      kind: 'retry',
      taskId: id,
      jobId: null,
      isPayloadEdited: false,
    })
  }

  async #find(tenantId: string, id: string): Promise<StoredTask> {
    const task = await this.#options.store.get(tenantId, id)
    if (!task) throw notFound(id)
    return task
  }

  /** Stored attempts, then those of the lease that runs here, which are stored when it ends. */
  #attemptsOf(task: StoredTask): AttemptView[] {
    const execution = this.#options.running.find(task.summary.id)
    if (!execution || execution.task.leaseNo !== task.lease?.leaseNo) return task.attempts
    const iso = (ms: number) => new Date(ms).toISOString()
    const ended = execution.endedAttempts.map(attempt => ({
      ...attempt,
      enqueuedAt: iso(execution.task.enqueuedAt),
      claimedAt: iso(execution.task.claimedAt),
      dispatchedAt: iso(attempt.dispatchedAt),
      endedAt: iso(attempt.endedAt),
    }))
    return [...task.attempts, ...ended, ...(execution.current ? [execution.current] : [])]
  }

  #toView(task: StoredTask): TaskView {
    const attempts = this.#attemptsOf(task)
    const { summary } = task
    return {
      ...summary,
      servedBy: summary.servedBy ?? attempts.at(-1)?.moduleId ?? null,
      attemptCount: Math.max(summary.attemptCount, attempts.at(-1)?.number ?? 0),
      payload: task.payload,
      result: task.result,
      error: task.error,
      attempts,
      score: task.score,
      runAt: task.runAt,
      deadline: task.deadline,
      timeoutMs: task.timeoutMs,
      estimatedComplexity: task.estimatedComplexity,
      costBudgetUsd: task.costBudgetUsd,
      spentUsd: sumMoney(attempts.map(attempt => attempt.costUsd)),
      idempotencyKey: task.idempotencyKey,
      submittedBy: task.submittedBy,
      retryOf: task.retryOf,
      retriedAs: task.retriedAs,
      endReason: task.endReason,
      deadLetter: task.deadLetter,
    }
  }
}

/** A fault of ours met one entry while others may be committed already; each answer says what holds for its own. */
const notStored = { code: 'DATABASE_UNAVAILABLE', message: 'The task could not be stored; try again.' } as const

/** A submission like a task that was; its times and its idempotency key were its own. */
export function toSubmission(task: StoredTask): SubmitTask {
  return {
    type: task.summary.type,
    payload: task.payload,
    priority: task.summary.priority,
    timeoutMs: task.timeoutMs,
    maxAttempts: task.summary.maxAttempts,
    estimatedComplexity: task.estimatedComplexity,
    ...(task.summary.moduleId === null ? {} : { moduleId: task.summary.moduleId }),
    ...(task.costBudgetUsd === null ? {} : { costBudgetUsd: task.costBudgetUsd }),
  }
}

function notFound(id: string): QuarterdeckError {
  return new QuarterdeckError('TASK_NOT_FOUND', {
    message: `There is no task ${id}.`,
    action: 'Check the id; tasks are kept for 30 days after they were accepted.',
  })
}
