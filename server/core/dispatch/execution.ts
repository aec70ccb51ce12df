import type { AttemptView, TaskError, TaskProgress } from '../../contracts/tasks.ts'
import type { OutcomeLearner } from '../brain/outcome-learner.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { Driver, DriverOutcome } from '../queue/driver.ts'
import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { RetryBudget } from '../queue/retry-budget.ts'
import { retryDelayMs } from '../queue/retry-delay.ts'
import { isRetryable, retryPolicyOf, type TypeRetryPolicies } from '../queue/retry-policy.ts'
import type { RunningTask, StopReason } from '../queue/running-tasks.ts'
import type { AttemptRecord, ClaimedTask, LeaseEnd, NextStep } from '../queue/task-store.ts'
import { TaskTime } from '../queue/task-time.ts'
import type { BreakerBoard, GuardedResult } from '../resilience/breaker-board.ts'
import type { RouteResult, TaskRouter } from '../routing/task-router.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Random } from '../shared/ids.ts'
import { describeUsd } from '../shared/money.ts'
import { recoveryGapMs } from '../shared/recovery-watch.ts'
import { StopSwitch } from '../shared/stop-switch.ts'
import { AttemptReports, type ReportPorts } from './attempt-reports.ts'
import { viewOfAttempt } from './attempt-view.ts'
import { type CallOutcome, callLimitOf, judgeOutcome, readOutcome } from './call-outcome.ts'
import { driverCallOf } from './driver-call.ts'
import { cancelled, deadlinePassed, gaveWay, totalTimeOver } from './end-errors.ts'
import { type Attempt, LeaseRecord, type RequeueReason, type Routed } from './lease-record.ts'
import type { ResultCheck } from './result-check.ts'
import { routeRequest } from './route-request.ts'

export interface ExecutionPorts extends ReportPorts {
  router: TaskRouter
  lanes: Pick<LaneDirectory, 'get'>
  breakers: BreakerBoard
  health: HealthBoard
  learner: OutcomeLearner
  drivers: Readonly<Record<string, Driver>>
  checkResult: ResultCheck
  events: EventPublisher
  clock: Clock
  random: Random
  /** Total time that a task may take from the start of its first attempt when it names none. */
  taskTimeoutMs: number
  /** How tasks are tried again by their types, as operators set it. */
  retriesOf: (tenantId: string) => TypeRetryPolicies
  retryBudget: RetryBudget
  /** 16 hexadecimal digits. */
  newSpanId: () => string
}

const defaultBusyDelayMs = 1_000
const refusedDelayMs = 250

/** What is told of a task that was stopped and went back into the queue. */
const requeueReasons: Record<StopReason['kind'], RequeueReason> = {
  preempted: 'PREEMPTED',
  drained: 'DRAINED',
  shutdown: 'SHUTDOWN',
  cancelled: 'SHUTDOWN',
}

/**
 * One task under one lease: calls the routed instance, goes on to the next capable module when that fails, and says how the
 * lease ends. Whatever a module does is an outcome; it throws only for faults of our own, and then `endByFault` ends the lease.
 */
export class Execution implements RunningTask {
  readonly task: ClaimedTask
  readonly #ports: ExecutionPorts
  readonly #record: LeaseRecord
  readonly #time: TaskTime
  readonly #reports: AttemptReports
  readonly #switch = new StopSwitch()
  readonly #excluded: string[] = []
  #underWay: Attempt | null = null
  #stop: StopReason | null = null
  #lastError: TaskError | null = null
  #busyDelayMs: number | null = null
  /** The module whose failure is to be retried, and how. */
  #retry: { moduleId: string; policy: Routed['module']['retry'] } | null = null

  constructor(task: ClaimedTask, ports: ExecutionPorts) {
    this.task = task
    this.#ports = ports
    this.#record = new LeaseRecord(task)
    this.#time = new TaskTime(task, this.#record, ports)
    this.#reports = new AttemptReports(task, ports)
  }

  get current(): AttemptView | null {
    return this.#underWay && viewOfAttempt(this.task, this.#underWay)
  }

  get endedAttempts(): readonly AttemptRecord[] {
    return this.#record.attempts
  }

  get progress(): TaskProgress | null {
    return this.#reports.progress
  }

  /** The call under way; null between two of them, and once it was told to stop. */
  get call(): Attempt | null {
    return this.#stop === null ? this.#underWay : null
  }

  /** Aborts the call under way; the lease then ends `cancelled`, or the task goes back into the queue. */
  stop(reason: StopReason): void {
    this.#stop ??= reason
    this.#switch.abort()
  }

  async run(first: RouteResult): Promise<LeaseEnd> {
    let route = first
    for (;;) {
      const begun = route.kind === 'unroutable' ? this.#withoutRoute(route) : this.#begin(route)
      let next: NextStep | null
      if ('kind' in begun) next = begun
      else {
        const cancelLimit = this.#abortWhenTimeIsUp()
        try {
          next = this.#after(begun, await this.#call(begun))
        } catch (error) {
          if (!isGone(error)) throw error
          next = this.#after(begun, { kind: 'rejected', retryAt: null })
        } finally {
          cancelLimit()
        }
      }
      if (next !== null) {
        const saving = this.#reports.settled
        if (saving) await saving
        return this.#end(next)
      }
      const { router, lanes } = this.#ports
      const spent = { spentUsd: this.#record.spentUsd, failedModuleIds: this.#excluded }
      route = router.route(routeRequest(this.task, lanes, spent))
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
    this.#reports.close()
    if (this.#stop?.kind === 'cancelled') return this.#end(this.#stopped(this.#stop))
    return this.#end(
      this.#record.attemptsUsed >= this.task.maxAttempts
        ? this.#dead('ATTEMPTS_USED_UP')
        : { kind: 'wait', delayMs: recoveryGapMs, reason: 'retry' },
    )
  }

  /** The attempt that may be called now, or how the lease ends in place of it. */
  #begin(route: Routed): Attempt | NextStep {
    const { clock, events } = this.#ports
    const { task } = this
    // The moment that is judged is the one that is kept: a clock that ticks in between would let a call begin after its deadline.
    const dispatchedAt = clock.now()
    if (this.#stop !== null || this.#time.leftAt(dispatchedAt) <= 0) {
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
    const attempt: Attempt = { route, number, dispatchedAt, started }
    this.#underWay = attempt
    this.#record.startedAt ??= attempt.dispatchedAt
    this.#ports.retryBudget.countCall(task.tenantId, route.module.id)
    return attempt
  }

  /** Null when another module may be tried under the same lease. */
  #after(attempt: Attempt, result: GuardedResult<DriverOutcome>): NextStep | null {
    this.#reports.close()
    const next = this.#conclude(attempt, readOutcome(result, callLimitOf(this.task, attempt.route.module)))
    this.#underWay = null
    return next
  }

  #call(attempt: Attempt): Promise<GuardedResult<DriverOutcome>> {
    const { task } = this
    const { route, number } = attempt
    const { module, instance } = route
    const { drivers, checkResult } = this.#ports
    const driver = drivers[module.driver]
    if (!driver) throw new Error(`no driver named ${module.driver}`)
    const call = driverCallOf(task, attempt, this.#reports, this.#ports.newSpanId())
    return this.#ports.breakers.call<DriverOutcome>(
      { tenantId: task.tenantId, moduleId: module.id, instanceId: instance.id },
      {
        action: signal => driver.call(call, signal).then(outcome => checkResult(module, task.type, outcome)),
        judge: outcome => judgeOutcome(outcome, this.#switch.aborted),
        timeoutMs: task.timeoutMs,
        signal: this.#switch,
        ref: { taskId: task.id, attempt: number },
      },
    )
  }

  #conclude(attempt: Attempt, outcome: CallOutcome): NextStep | null {
    const { route } = attempt
    // An answer that arrived before the abort is not thrown away: the work is done.
    if (outcome.kind !== 'succeeded' && outcome.kind !== 'rejected' && this.#switch.aborted) {
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
    { kind, error, retryable, errorClass }: Extract<CallOutcome, { kind: 'failed' | 'timed_out' }>,
  ): NextStep | null {
    const { module } = attempt.route
    const policy = retryPolicyOf(this.#ports.retriesOf(this.task.tenantId), this.task.type, module.retry)
    this.#observe(attempt, error.code)
    this.#keep(attempt, kind, error)
    this.#lastError = error
    this.#excluded.push(module.id)
    this.#retry = { moduleId: module.id, policy }
    if (!isRetryable(policy, { code: error.code, saidRetryable: retryable, errorClass }))
      return this.#dead('NOT_RETRYABLE')
    if (this.#record.attemptsUsed >= this.task.maxAttempts) return this.#dead('ATTEMPTS_USED_UP')
    return this.#time.leftMs > 0 ? null : this.#timeIsUp()
  }

  /** We ended the call ourselves: on request, or because the task's own time was up. */
  #whenAborted(attempt: Attempt): NextStep {
    attempt.route.slot.release(null)
    if (this.#stop?.kind === 'shutdown' || this.#stop?.kind === 'drained') return { kind: 'requeue' }
    if (this.#stop?.kind === 'preempted') {
      this.#keep(attempt, 'preempted', gaveWay(this.#stop.by))
      return { kind: 'requeue' }
    }
    const error = this.#stop ? cancelled : this.#time.isDeadlineNearer ? deadlinePassed : totalTimeOver
    this.#keep(attempt, 'cancelled', error)
    return this.#stop ? this.#stopped(this.#stop) : this.#timeIsUp()
  }

  #stopped(stop: StopReason): NextStep {
    if (stop.kind !== 'cancelled') return { kind: 'requeue' }
    return { kind: 'end', status: 'cancelled', result: null, error: null, reason: stop.reason }
  }

  /** Waits for another turn, but no longer than its own time lasts: then it ends. */
  #whenNothingIsLeft(): NextStep {
    const leftMs = Math.max(0, this.#time.leftMs)
    if (this.#retry === null) {
      return { kind: 'wait', delayMs: Math.min(this.#busyDelayMs ?? refusedDelayMs, leftMs), reason: 'busy' }
    }
    const { moduleId, policy } = this.#retry
    const usualMs = retryDelayMs(policy, this.#record.attemptsUsed, this.#ports.random)
    const delayMs = this.#ports.retryBudget.delayMs(this.task.tenantId, moduleId, { usualMs, leftMs })
    return { kind: 'wait', delayMs: Math.min(delayMs, leftMs), reason: 'retry' }
  }

  #withoutRoute(route: Extract<RouteResult, { kind: 'unroutable' }>): NextStep {
    return route.isOverBudget ? this.#overBudget() : this.#whenNothingIsLeft()
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

  #timeIsUp(): NextStep {
    if (this.#time.isDeadlineNearer) {
      return { kind: 'end', status: 'expired', result: null, error: deadlinePassed, reason: 'DEADLINE_PASSED' }
    }
    this.#lastError ??= totalTimeOver
    return this.#dead('TASK_TIMEOUT')
  }

  /** Ends the call when the task's own time is over; that is no fault of the module, so the breaker does not count it. */
  #abortWhenTimeIsUp(): () => void {
    const { leftMs } = this.#time
    if (leftMs >= this.task.timeoutMs) return () => {}
    return this.#ports.clock.setTimer(Math.max(0, leftMs), () => this.#switch.abort())
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
    return this.#record.end(next, this.#ports.clock.now(), requeueReasons[this.#stop?.kind ?? 'shutdown'])
  }
}

/** Whether the instance was deregistered between the choice and the call. */
function isGone(error: unknown): boolean {
  return error instanceof QuarterdeckError && error.code === 'BREAKER_NOT_FOUND'
}
