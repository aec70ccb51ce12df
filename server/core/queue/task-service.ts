import { limits, type Page } from '../../contracts/common.ts'
import type { TaskExplanation } from '../../contracts/explain.ts'
import { needsResources } from '../../contracts/resources.ts'
import {
  type AttemptView,
  type ListTasks,
  type RelatedTask,
  type SubmitAndWait,
  type SubmitAndWaitAnswer,
  type SubmitBatchReceipt,
  type SubmitReceipt,
  type SubmitTask,
  type TaskGraph,
  type TaskProgress,
  type TaskSummary,
  type TaskView,
  type TimelineEntry,
} from '../../contracts/tasks.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { LearnedDurations } from '../graph/expected-duration.ts'
import type { CallerTrace, TaskOperations } from '../operations.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { toStorableJson } from '../shared/json-limits.ts'
import { sumMoney } from '../shared/money.ts'
import type { Principal } from '../shared/principal.ts'
import { traceIdOf } from '../shared/trace-context.ts'
import { submitBatch } from './batch-submission.ts'
import { describeGraph } from './describe-graph.ts'
import type { RunningTasks } from './running-tasks.ts'
import type { Submission, SubmissionContext } from './submission.ts'
import { isEnded } from './task-state.ts'
import type { StoredTask, TaskStore } from './task-store.ts'
import { totalTimeoutOf } from './task-time.ts'
import type { TaskWatch } from './task-watch.ts'
import { buildTimeline } from './timeline.ts'

export interface TaskServiceOptions {
  store: TaskStore
  submission: Submission
  running: RunningTasks
  watch: TaskWatch
  events: EventPublisher
  /** Says why a task is where it is. */
  explain: (task: StoredTask, attempts: readonly AttemptView[]) => Promise<TaskExplanation>
  durations: LearnedDurations
  /** Whether graphs are told with their critical path. */
  showsCriticalPath: () => boolean
  clock: Clock
  replicaId: string
  /** A task that runs on another replica was marked to stop: have it look. */
  onMarkedElsewhere: (replicaId: string) => void
  /** Total time of tasks that name none, in ms. */
  taskTimeoutMs: number
}

/** What callers do with tasks: submit, look, cancel, retry. */
export class TaskService implements TaskOperations {
  readonly #options: TaskServiceOptions

  constructor(options: TaskServiceOptions) {
    this.#options = options
  }

  submit(by: Principal, input: SubmitTask, trace?: CallerTrace): Promise<SubmitReceipt> {
    return this.#options.submission.submit(by, input, contextOf(trace))
  }

  async submitAndWait(by: Principal, input: SubmitAndWait, trace?: CallerTrace): Promise<SubmitAndWaitAnswer> {
    const { waitMs, ...submission } = input
    const receipt = await this.submit(by, submission, trace)
    // Waiting begins in the very turn in which the commit is answered, so the end cannot be missed; that of a task which was
    // there before may have been told already.
    const waiting = this.#options.watch.ended(receipt.id, waitMs)
    const known = receipt.deduplicated ? await this.get(by.tenantId, receipt.id) : null
    if (known && isEnded(known.status)) return { ended: true, ...known }
    await waiting
    const task = await this.get(by.tenantId, receipt.id)
    return isEnded(task.status) ? { ended: true, ...task } : { ended: false, ...receipt, status: task.status }
  }

  submitBatch(by: Principal, entries: readonly unknown[], trace?: CallerTrace): Promise<SubmitBatchReceipt> {
    return submitBatch(this.#options.submission, by, entries, contextOf(trace))
  }

  async get(tenantId: string, id: string): Promise<TaskView> {
    const task = await this.#find(tenantId, id)
    return this.#toView(task)
  }

  async graph(tenantId: string, id: string): Promise<TaskGraph> {
    const { store, durations, showsCriticalPath, clock } = this.#options
    const found = await store.graph(tenantId, id, limits.graphTasks)
    if (!found) throw notFound(id)
    return describeGraph(tenantId, found, durations, showsCriticalPath() ? clock.now() : null)
  }

  /** Throws PAYLOAD_TOO_LARGE, PAYLOAD_TOO_DEEP or PAYLOAD_NOT_STORABLE for data that no payload is looked through for. */
  async list(tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>> {
    if (filter.data !== undefined)
      toStorableJson(filter.data, 'data', { bytes: limits.searchedBytes, depth: limits.jsonDepth })
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
    const { store, running, events, replicaId } = this.#options
    const why = reason ?? `Cancelled by ${by.name}.`
    const result = await store.cancel(by, id, why, replicaId)
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
    const parents = await Promise.all(task.dependsOn.map(parent => this.#latestOf(by.tenantId, parent)))
    const input = { ...toSubmission(task), dependsOn: parents }
    return this.#options.submission.submit(by, input, {
      origin: { kind: 'retry', taskId: id, jobId: null, isPayloadEdited: false },
    })
  }

  /** The parent itself when it has succeeded or still may, else the newest task that was made from it. */
  async #latestOf(tenantId: string, parent: RelatedTask): Promise<string> {
    let latest = parent
    while (latest.status !== null && isEnded(latest.status) && latest.status !== 'succeeded') {
      const retriedAs = (await this.#options.store.get(tenantId, latest.id))?.retriedAs ?? null
      const retry = retriedAs === null ? null : await this.#options.store.get(tenantId, retriedAs)
      if (!retry) break
      latest = retry.summary
    }
    return latest.id
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

  /** From the execution when it runs here, else from what its events tell. */
  #progressOf({ summary, lease }: StoredTask): TaskProgress | null {
    if (lease === null) return null
    const { running, watch } = this.#options
    const execution = running.find(summary.id)
    return execution?.task.leaseNo === lease.leaseNo ? execution.progress : watch.progressOf(summary.id, lease.leaseNo)
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
      totalTimeoutMs: totalTimeoutOf(task, this.#options.taskTimeoutMs),
      estimatedComplexity: task.estimatedComplexity,
      resources: task.lane.resources,
      costBudgetUsd: task.costBudgetUsd,
      spentUsd: sumMoney(attempts.map(attempt => attempt.costUsd)),
      idempotencyKey: task.idempotencyKey,
      submittedBy: task.submittedBy,
      traceId: traceIdOf({ id: summary.id, traceparent: task.traceparent }),
      progress: this.#progressOf(task),
      checkpoint: task.checkpoint,
      retryOf: task.retryOf,
      retriedAs: task.retriedAs,
      endReason: task.endReason,
      dependsOn: task.dependsOn,
      blockedBy: task.dependsOn.filter(({ status }) => status !== null && !isEnded(status)).map(({ id }) => id),
      dependants: task.dependants,
      failedAncestor: task.failedAncestor,
      raisedBy: task.raised?.by ?? null,
      deadLetter: task.deadLetter,
    }
  }
}

function contextOf(trace: CallerTrace | undefined): SubmissionContext {
  return { traceparent: trace?.traceparent ?? null }
}

/** A submission like a task that was; its times and its idempotency key were its own. */
export function toSubmission(task: StoredTask): SubmitTask {
  return {
    type: task.summary.type,
    payload: task.payload,
    priority: task.summary.priority,
    timeoutMs: task.timeoutMs,
    maxAttempts: task.summary.maxAttempts,
    estimatedComplexity: task.estimatedComplexity,
    ...(task.totalTimeoutMs === null ? {} : { totalTimeoutMs: task.totalTimeoutMs }),
    ...(task.summary.moduleId === null ? {} : { moduleId: task.summary.moduleId }),
    ...(task.dependsOn.length === 0 ? {} : { dependsOn: task.dependsOn.map(parent => parent.id) }),
    ...(needsResources(task.lane.resources) ? { resources: task.lane.resources } : {}),
    ...(task.costBudgetUsd === null ? {} : { costBudgetUsd: task.costBudgetUsd }),
  }
}

function notFound(id: string): QuarterdeckError {
  return new QuarterdeckError('TASK_NOT_FOUND', {
    message: `There is no task ${id}.`,
    action: 'Check the id; tasks are kept for 30 days after they were accepted.',
  })
}
