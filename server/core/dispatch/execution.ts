import type { AttemptView, TaskError } from '../../contracts/tasks.ts'
import type { OutcomeLearner } from '../brain/outcome-learner.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { Driver, DriverOutcome } from '../queue/driver.ts'
import { retryDelayMs } from '../queue/retry-delay.ts'
import type { RunningTask, StopReason } from '../queue/running-tasks.ts'
import type { AttemptRecord, ClaimedTask, LeaseEnd, NextStep } from '../queue/task-store.ts'
import type { BreakerBoard, GuardedResult } from '../resilience/breaker-board.ts'
import type { RouteRequest, RouteResult, TaskRouter } from '../routing/task-router.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Random } from '../shared/ids.ts'
import { describeUsd, toMoney } from '../shared/money.ts'
import { type CallOutcome, judgeOutcome, readOutcome } from './call-outcome.ts'
import { type Attempt, LeaseRecord, type Routed } from './lease-record.ts'

export interface ExecutionPorts {
  router: TaskRouter
  breakers: BreakerBoard
  health: HealthBoard
  learner: OutcomeLearner
  drivers: Readonly<Record<string, Driver>>
  events: EventPublisher
  clock: Clock
  random: Random
  /** Total time a task may take from the start of its first attempt. */
  taskTimeoutMs: number
  newTraceparent: () => string
}

const defaultBusyDelayMs = 1_000
const refusedDelayMs = 250
const faultDelayMs = 5_000

const cancelled: TaskError = { code: 'CANCELLED', message: 'The task was cancelled while it ran.' }
const deadlinePassed: TaskError = {
  code: 'DEADLINE_PASSED',
  message: 'The deadline passed before it could be finished.',
}
const totalTimeOver: TaskError = { code: 'TASK_TIMEOUT', message: 'The total time of the task was over.' }

/**
 * One task under one lease: calls the routed instance, goes on to the next capable module when that fails, and says how the
 * lease ends. Whatever a module does is an outcome; it throws only for faults of our own, and then `endByFault` ends the lease.
 */
export class Execution implements RunningTask {
  readonly task: ClaimedTask
  readonly #ports: ExecutionPorts
  readonly #record: LeaseRecord
  readonly #controller = new AbortController()
  readonly #excluded: string[] = []
  #underWay: Attempt | null = null
  #stop: StopReason | null = null
  #lastError: TaskError | null = null
  #busyDelayMs: number | null = null
  #retryPolicy: Routed['module']['retry'] | null = null

  constructor(task: ClaimedTask, ports: ExecutionPorts) {
    this.task = task
    this.#ports = ports
    this.#record = new LeaseRecord(task)
  }

  get current(): AttemptView | null {
    return this.#underWay && toView(this.task, this.#underWay)
  }

  get endedAttempts(): readonly AttemptRecord[] {
    return this.#record.attempts
  }

  /** Aborts the call under way; the lease then ends `cancelled`, or goes back to the queue on shutdown. */
  stop(reason: StopReason): void {
    this.#stop ??= reason
    this.#controller.abort()
  }

  async run(first: RouteResult): Promise<LeaseEnd> {
    let route = first
    for (;;) {
      if (route.kind === 'unroutable') {
        return this.#end(route.isOverBudget ? this.#overBudget() : this.#whenNothingIsLeft())
      }
      const next = await this.#attempt(route)
      if (next !== null) return this.#end(next)
      route = this.#ports.router.route(routeRequest(this.task, this.#record.spentUsd, this.#excluded))
    }
  }

  /** How the lease ends when the execution itself broke: an attempt is used up, so that it cannot go on for ever. */
  endByFault(): LeaseEnd {
    this.#lastError = { code: 'INTERNAL', message: 'The attempt could not be carried out.' }
    const attempt = this.#underWay
    if (attempt) {
      attempt.route.slot.release(null)
      this.#keep(attempt, 'failed', this.#lastError)
    } else {
      this.#record.attemptsUsed++
    }
    if (this.#stop?.kind === 'cancelled') return this.#end(this.#stopped(this.#stop))
    return this.#end(
      this.#record.attemptsUsed >= this.task.maxAttempts
        ? this.#dead('ATTEMPTS_USED_UP')
        : { kind: 'wait', delayMs: faultDelayMs, reason: 'retry' },
    )
  }

  /** Null when another module may be tried under the same lease. */
  async #attempt(route: Routed): Promise<NextStep | null> {
    const { clock, events } = this.#ports
    const { task } = this
    if (this.#stop !== null || this.#timeLeftMs() <= 0) {
      route.slot.release(null)
      return this.#stop ? this.#stopped(this.#stop) : this.#timeIsUp()
    }
    const number = this.#record.attemptsUsed + 1
    const started = events.publish({
      tenantId: task.tenantId,
      type: 'agent.started',
      priority: task.priority,
      taskId: task.id,
      moduleId: route.module.id,
      instanceId: route.instance.id,
      data: { type: task.type, attempt: number },
    })
    const attempt: Attempt = { route, number, dispatchedAt: clock.now(), started }
    this.#underWay = attempt
    this.#record.startedAt ??= attempt.dispatchedAt
    const result = await this.#call(attempt)
    const next = this.#conclude(attempt, readOutcome(result, this.#callLimitMs(route)))
    this.#underWay = null
    return next
  }

  async #call({ route, number }: Attempt): Promise<GuardedResult<DriverOutcome>> {
    const { task } = this
    const { module, instance } = route
    const driver = this.#ports.drivers[module.driver]
    if (!driver) throw new Error(`no driver named ${module.driver}`)
    const call = {
      tenantId: task.tenantId,
      taskId: task.id,
      type: task.type,
      attempt: number,
      leaseNo: task.leaseNo,
      payload: task.payload,
      deadline: task.deadline === null ? null : new Date(task.deadline).toISOString(),
      context: { submittedBy: task.submittedBy, retryOf: task.retryOf },
      checkpoint: null,
      traceparent: this.#ports.newTraceparent(),
      module,
      instance,
    }
    const cancelLimit = this.#abortWhenTimeIsUp()
    try {
      return await this.#ports.breakers.call<DriverOutcome>(
        { tenantId: task.tenantId, moduleId: module.id, instanceId: instance.id },
        {
          action: signal => driver.call(call, signal),
          judge: outcome => judgeOutcome(outcome, this.#controller.signal.aborted),
          timeoutMs: task.timeoutMs,
          signal: this.#controller.signal,
        },
      )
    } catch (error) {
      // The instance was deregistered between the choice and the call.
      if (error instanceof QuarterdeckError && error.code === 'BREAKER_NOT_FOUND')
        return { kind: 'rejected', retryAt: null }
      throw error
    } finally {
      cancelLimit()
    }
  }

  #conclude(attempt: Attempt, outcome: CallOutcome): NextStep | null {
    const { route } = attempt
    // An answer that arrived before the abort is not thrown away: the work is done.
    if (outcome.kind !== 'succeeded' && outcome.kind !== 'rejected' && this.#controller.signal.aborted) {
      return this.#whenAborted(attempt)
    }
    switch (outcome.kind) {
      case 'rejected':
        attempt.started.withdraw()
        route.slot.release(null)
        this.#excluded.push(route.module.id)
        return null
      case 'busy': {
        route.slot.release(null)
        this.#excluded.push(route.module.id)
        const delayMs = outcome.retryAfterMs ?? defaultBusyDelayMs
        this.#busyDelayMs = Math.min(this.#busyDelayMs ?? delayMs, delayMs)
        return null
      }
      case 'failed':
      case 'timed_out':
        return this.#whenFailed(attempt, outcome)
      case 'succeeded':
        this.#observe(attempt, null)
        this.#keep(attempt, 'succeeded', null)
        return { kind: 'end', status: 'succeeded', result: outcome.result, error: null, reason: null }
    }
  }

  #whenFailed(
    attempt: Attempt,
    { kind, error, retryable }: Extract<CallOutcome, { kind: 'failed' | 'timed_out' }>,
  ): NextStep | null {
    this.#observe(attempt, error.code)
    this.#keep(attempt, kind, error)
    this.#lastError = error
    this.#excluded.push(attempt.route.module.id)
    this.#retryPolicy = attempt.route.module.retry
    if (!retryable) return this.#dead('NOT_RETRYABLE')
    if (this.#record.attemptsUsed >= this.task.maxAttempts) return this.#dead('ATTEMPTS_USED_UP')
    return this.#timeLeftMs() > 0 ? null : this.#timeIsUp()
  }

  /** We ended the call ourselves: on request, or because the task's own time was up. */
  #whenAborted(attempt: Attempt): NextStep {
    attempt.route.slot.release(null)
    if (this.#stop?.kind === 'shutdown') return { kind: 'requeue' }
    this.#keep(attempt, 'cancelled', this.#stop ? cancelled : this.#isDeadlineNearer() ? deadlinePassed : totalTimeOver)
    return this.#stop ? this.#stopped(this.#stop) : this.#timeIsUp()
  }

  #stopped(stop: StopReason): NextStep {
    if (stop.kind === 'shutdown') return { kind: 'requeue' }
    return { kind: 'end', status: 'cancelled', result: null, error: null, reason: stop.reason }
  }

  #whenNothingIsLeft(): NextStep {
    if (this.#retryPolicy !== null) {
      const delayMs = retryDelayMs(this.#retryPolicy, this.#record.attemptsUsed, this.#ports.random)
      return { kind: 'wait', delayMs, reason: 'retry' }
    }
    return { kind: 'wait', delayMs: this.#busyDelayMs ?? refusedDelayMs, reason: 'busy' }
  }

  #dead(reason: string): NextStep {
    return { kind: 'end', status: 'failed', result: null, error: this.#lastError, reason }
  }

  /** No module may be called for what is left of the budget: waiting would not change that. */
  #overBudget(): NextStep {
    const { costBudgetUsd } = this.task
    this.#lastError = {
      code: 'BUDGET_EXCEEDED',
      message: `No module is expected to do it within the budget: ${describeUsd(this.#record.spentUsd)} of ${describeUsd(costBudgetUsd ?? 0)} is spent.`,
    }
    return this.#dead('BUDGET_EXCEEDED')
  }

  /** When its total time is over, in ms since the epoch; never before a first call could take the time it was given. */
  #totalLimit(): number {
    const startedAt = this.#record.startedAt ?? this.#ports.clock.now()
    return startedAt + Math.max(this.#ports.taskTimeoutMs, this.task.timeoutMs)
  }

  /** Milliseconds left of the total time or until the deadline, whichever is nearer. */
  #timeLeftMs(): number {
    return Math.min(this.#totalLimit(), this.task.deadline ?? Number.POSITIVE_INFINITY) - this.#ports.clock.now()
  }

  #isDeadlineNearer(): boolean {
    return this.task.deadline !== null && this.task.deadline <= this.#totalLimit()
  }

  #timeIsUp(): NextStep {
    if (this.#isDeadlineNearer()) {
      return { kind: 'end', status: 'expired', result: null, error: deadlinePassed, reason: 'DEADLINE_PASSED' }
    }
    this.#lastError ??= totalTimeOver
    return this.#dead('TASK_TIMEOUT')
  }

  /** Ends the call when the task's own time is over; that is no fault of the module, so the breaker does not count it. */
  #abortWhenTimeIsUp(): () => void {
    const leftMs = this.#timeLeftMs()
    if (leftMs >= this.task.timeoutMs) return () => {}
    return this.#ports.clock.setTimer(leftMs, () => this.#controller.abort())
  }

  #callLimitMs(route: Routed): number {
    return Math.min(this.task.timeoutMs, route.module.breaker.callTimeoutMs)
  }

  /** Tells everybody who learns from calls, and gives the slot back. */
  #observe({ route, dispatchedAt }: Attempt, errorCode: string | null): void {
    const { tenantId, type: taskType } = this.task
    const { module, instance, slot } = route
    const ok = errorCode === null
    const durationMs = this.#ports.clock.now() - dispatchedAt
    slot.release({ ok, durationMs })
    this.#ports.health.observeCall(tenantId, module.id, instance.id, { ok, durationMs })
    this.#ports.learner.learn({ tenantId, taskType, moduleId: module.id, ok, durationMs, errorCode })
  }

  #keep(attempt: Attempt, outcome: AttemptRecord['outcome'], error: TaskError | null): void {
    this.#underWay = null
    this.#record.add(attempt, this.#ports.clock.now(), outcome, error)
  }

  #end(next: NextStep): LeaseEnd {
    return this.#record.end(next, this.#ports.clock.now())
  }
}

/** What the router is asked for a task that has spent so much, without the modules that failed it. */
export function routeRequest(task: ClaimedTask, spentUsd: number, failedModuleIds: readonly string[]): RouteRequest {
  return {
    tenantId: task.tenantId,
    taskType: task.type,
    pinnedModuleId: task.pinnedModuleId,
    complexity: task.complexity,
    budgetLeftUsd: task.costBudgetUsd === null ? null : toMoney(task.costBudgetUsd - spentUsd),
    failedModuleIds,
  }
}

function toView(task: ClaimedTask, { route, number, dispatchedAt }: Attempt): AttemptView {
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    number,
    moduleId: route.module.id,
    instanceId: route.instance.id,
    outcome: 'running',
    error: null,
    enqueuedAt: iso(task.enqueuedAt),
    claimedAt: iso(task.claimedAt),
    dispatchedAt: iso(dispatchedAt),
    endedAt: null,
    costUsd: 0,
    decision: route.decision,
  }
}
