import { limits } from '../../contracts/common.ts'
import type { AttemptView, TaskError } from '../../contracts/tasks.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { StampedEvent } from '../events/event-store.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { BreakerBoard, GuardedResult } from '../resilience/breaker-board.ts'
import type { OutcomeLearner, RouteResult, TaskRouter } from '../routing/task-router.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Random } from '../shared/ids.ts'
import { toStorableJson } from '../shared/json-limits.ts'
import type { Driver, DriverOutcome } from '../queue/driver.ts'
import type { RunningTask, StopReason } from '../queue/running-tasks.ts'
import { retryDelayMs } from '../queue/retry-delay.ts'
import type { AttemptRecord, ClaimedTask, LeaseEnd, NextStep } from '../queue/task-store.ts'

export type Routed = Extract<RouteResult, { kind: 'routed' }>

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

/**
 * One task under one lease: calls the routed instance, goes on to the next capable module when that fails, and says how the
 * lease ends. It never throws for what a module does.
 */
export class Execution implements RunningTask {
  readonly task: ClaimedTask
  readonly #ports: ExecutionPorts
  readonly #controller = new AbortController()
  readonly #attempts: AttemptRecord[] = []
  readonly #events: StampedEvent[] = []
  readonly #excluded: string[] = []
  #used: number
  #startedAt: number | null
  #busyDelayMs: number | null = null
  #stop: StopReason | null = null
  #current: AttemptView | null = null
  #lastError: TaskError | null = null
  #retryPolicy: Routed['module']['retry'] | null = null

  constructor(task: ClaimedTask, ports: ExecutionPorts) {
    this.task = task
    this.#ports = ports
    this.#used = task.attempts
    this.#startedAt = task.startedAt
  }

  get current(): AttemptView | null {
    return this.#current
  }

  get endedAttempts(): readonly AttemptRecord[] {
    return this.#attempts
  }

  /** Aborts the call under way; the lease then ends `cancelled`, or goes back to the queue on shutdown. */
  stop(reason: StopReason): void {
    this.#stop ??= reason
    this.#controller.abort()
  }

  /** How the lease ends when the execution itself broke: the attempt counts, so that it cannot go on for ever. */
  endByFault(): LeaseEnd {
    this.#used += 1
    this.#lastError = { code: 'INTERNAL', message: 'The attempt could not be carried out.' }
    return this.#end(
      this.#used >= this.task.maxAttempts
        ? this.#dead('ATTEMPTS_USED_UP')
        : { kind: 'wait', delayMs: faultDelayMs, reason: 'retry' },
    )
  }

  async run(first: Routed): Promise<LeaseEnd> {
    let route: RouteResult = first
    for (;;) {
      if (route.kind === 'unroutable') return this.#end(this.#whenNothingIsLeft())
      const next = await this.#attempt(route)
      if (next !== null) return this.#end(next)
      route = this.#ports.router.route({
        tenantId: this.task.tenantId,
        taskType: this.task.type,
        pinnedModuleId: this.task.pinnedModuleId,
        complexity: this.task.complexity,
        failedModuleIds: this.#excluded,
      })
    }
  }

  /** Null when another module may be tried under the same lease. */
  async #attempt(route: Routed): Promise<NextStep | null> {
    const { clock, events } = this.#ports
    const { task } = this
    const dispatchedAt = clock.now()
    if (task.deadline !== null && dispatchedAt >= task.deadline) {
      route.slot.release(null)
      return this.#expired()
    }
    const number = this.#used + 1
    this.#startedAt ??= dispatchedAt
    this.#current = this.#toView(route, number, dispatchedAt)
    events.publish({
      tenantId: task.tenantId,
      type: 'agent.started',
      priority: task.priority,
      taskId: task.id,
      moduleId: route.module.id,
      instanceId: route.instance.id,
      data: { type: task.type, attempt: number },
    })
    const result = await this.#call(route, number)
    this.#current = null
    return this.#conclude(route, result, { number, dispatchedAt, endedAt: clock.now() })
  }

  async #call(route: Routed, attempt: number): Promise<GuardedResult<DriverOutcome>> {
    const { breakers, drivers, clock } = this.#ports
    const { task } = this
    const driver = drivers[route.module.driver]
    if (!driver) throw new Error(`no driver named ${route.module.driver}`)
    const cancelDeadline = this.#abortAtLimit(clock.now())
    try {
      return await breakers.call<DriverOutcome>(
        { tenantId: task.tenantId, moduleId: route.module.id, instanceId: route.instance.id },
        {
          action: signal =>
            driver.call(
              {
                tenantId: task.tenantId,
                taskId: task.id,
                type: task.type,
                attempt,
                leaseNo: task.leaseNo,
                payload: task.payload,
                deadline: task.deadline === null ? null : new Date(task.deadline).toISOString(),
                context: { submittedBy: task.submittedBy, retryOf: task.retryOf },
                checkpoint: null,
                traceparent: this.#ports.newTraceparent(),
                module: route.module,
                instance: route.instance,
              },
              signal,
            ),
          judge: outcome => this.#judge(outcome),
          timeoutMs: task.timeoutMs,
          signal: this.#controller.signal,
        },
      )
    } catch (error) {
      if (error instanceof QuarterdeckError && error.code === 'BREAKER_NOT_FOUND')
        return { kind: 'rejected', retryAt: null }
      throw error
    } finally {
      cancelDeadline()
    }
  }

  #judge(
    outcome: DriverOutcome,
  ): { kind: 'success' } | { kind: 'failure'; code: string; message: string } | { kind: 'neutral' } {
    if (outcome.kind === 'succeeded') return { kind: 'success' }
    if (outcome.kind === 'busy' || this.#controller.signal.aborted) return { kind: 'neutral' }
    return { kind: 'failure', code: outcome.code, message: outcome.message }
  }

  #conclude(
    route: Routed,
    result: GuardedResult<DriverOutcome>,
    attempt: { number: number; dispatchedAt: number; endedAt: number },
  ): NextStep | null {
    const durationMs = attempt.endedAt - attempt.dispatchedAt
    if (result.kind === 'rejected') {
      route.slot.release(null)
      this.#excluded.push(route.module.id)
      return null
    }
    if (this.#controller.signal.aborted) return this.#whenStopped(route, attempt)
    if (result.kind === 'timed_out') {
      const timeoutMs = Math.min(this.task.timeoutMs, route.module.breaker.callTimeoutMs)
      return this.#failed(route, attempt, 'timed_out', {
        code: 'TIMEOUT',
        message: `No answer within ${timeoutMs} ms.`,
        retryable: true,
      })
    }
    const outcome = result.value
    if (outcome.kind === 'busy') {
      route.slot.release(null)
      this.#excluded.push(route.module.id)
      this.#busyDelayMs = Math.min(
        this.#busyDelayMs ?? Number.POSITIVE_INFINITY,
        outcome.retryAfterMs ?? defaultBusyDelayMs,
      )
      return null
    }
    if (outcome.kind === 'failed') return this.#failed(route, attempt, 'failed', outcome)
    const stored = storableResult(outcome.result)
    if ('error' in stored) return this.#failed(route, attempt, 'failed', { ...stored.error, retryable: false })
    this.#observe(route, true, durationMs, null)
    this.#record(route, attempt, 'succeeded', null)
    this.#tell('agent.completed', route, { attempt: attempt.number, durationMs })
    return { kind: 'end', status: 'succeeded', result: stored.text, error: null, reason: null }
  }

  #failed(
    route: Routed,
    attempt: { number: number; dispatchedAt: number; endedAt: number },
    outcome: 'failed' | 'timed_out',
    failure: { code: string; message: string; retryable: boolean },
  ): NextStep | null {
    const durationMs = attempt.endedAt - attempt.dispatchedAt
    const error = { code: failure.code, message: failure.message.slice(0, 2_000) }
    this.#observe(route, false, durationMs, failure.code)
    this.#record(route, attempt, outcome, error)
    this.#tell('agent.failed', route, { attempt: attempt.number, durationMs, error })
    this.#lastError = error
    this.#used = attempt.number
    this.#excluded.push(route.module.id)
    this.#retryPolicy = route.module.retry
    if (!failure.retryable) return this.#dead('NOT_RETRYABLE')
    if (this.#used >= this.task.maxAttempts) return this.#dead('ATTEMPTS_USED_UP')
    return this.#remainingMs(attempt.endedAt) > 0 ? null : this.#dead('TASK_TIMEOUT')
  }

  #whenStopped(route: Routed, attempt: { number: number; dispatchedAt: number; endedAt: number }): NextStep {
    route.slot.release(null)
    if (this.#stop?.kind === 'shutdown') return { kind: 'requeue' }
    const isCancelled = this.#stop !== null
    const error = isCancelled
      ? { code: 'CANCELLED', message: 'The task was cancelled while it ran.' }
      : { code: 'DEADLINE_PASSED', message: 'The deadline or the total time limit passed while it ran.' }
    this.#record(route, attempt, 'cancelled', error)
    this.#tell('agent.failed', route, {
      attempt: attempt.number,
      durationMs: attempt.endedAt - attempt.dispatchedAt,
      error,
    })
    this.#used = attempt.number
    if (this.#stop?.kind === 'cancelled') {
      return { kind: 'end', status: 'cancelled', result: null, error: null, reason: this.#stop.reason }
    }
    this.#lastError = error
    return this.task.deadline !== null && attempt.endedAt >= this.task.deadline
      ? this.#expired()
      : this.#dead('TASK_TIMEOUT')
  }

  #whenNothingIsLeft(): NextStep {
    if (this.#retryPolicy !== null) {
      return { kind: 'wait', delayMs: retryDelayMs(this.#retryPolicy, this.#used, this.#ports.random), reason: 'retry' }
    }
    return { kind: 'wait', delayMs: this.#busyDelayMs ?? refusedDelayMs, reason: 'busy' }
  }

  #expired(): NextStep {
    const error = { code: 'DEADLINE_PASSED', message: 'The deadline passed before it could be finished.' }
    return { kind: 'end', status: 'expired', result: null, error, reason: 'DEADLINE_PASSED' }
  }

  #dead(reason: string): NextStep {
    return { kind: 'end', status: 'failed', result: null, error: this.#lastError, reason }
  }

  #end(next: NextStep): LeaseEnd {
    const at = this.#ports.clock.now()
    if (next.kind === 'end')
      this.#stamp(`task.${next.status}`, at, { attempts: this.#used, error: next.error, reason: next.reason })
    if (next.kind === 'wait') this.#stamp('task.scheduled', at, { reason: next.reason, delayMs: next.delayMs })
    if (next.kind === 'requeue') this.#stamp('task.ready', at, { reason: 'SHUTDOWN' })
    return {
      task: this.task,
      attempts: this.#attempts,
      attemptsUsed: this.#used,
      startedAt: this.#startedAt,
      at,
      next,
      events: this.#events,
    }
  }

  /** Milliseconds left of the task's total time and deadline, whichever is nearer. */
  #remainingMs(now: number): number {
    const total = (this.#startedAt ?? now) + this.#ports.taskTimeoutMs - now
    return this.task.deadline === null ? total : Math.min(total, this.task.deadline - now)
  }

  /** Ends the call when the task's own time is over; that is no fault of the module, so the breaker does not count it. */
  #abortAtLimit(now: number): () => void {
    const remainingMs = this.#remainingMs(now)
    if (remainingMs >= this.task.timeoutMs) return () => {}
    return this.#ports.clock.setTimer(Math.max(0, remainingMs), () => this.#controller.abort())
  }

  #observe(route: Routed, ok: boolean, durationMs: number, errorCode: string | null): void {
    const { tenantId, type: taskType } = this.task
    route.slot.release({ ok, durationMs })
    this.#ports.health.observeCall(tenantId, route.module.id, route.instance.id, { ok, durationMs })
    this.#ports.learner.learn({ tenantId, taskType, moduleId: route.module.id, ok, durationMs, errorCode })
  }

  #record(
    route: Routed,
    attempt: { number: number; dispatchedAt: number; endedAt: number },
    outcome: AttemptRecord['outcome'],
    error: TaskError | null,
  ): void {
    this.#used = attempt.number
    this.#attempts.push({
      ...attempt,
      moduleId: route.module.id,
      instanceId: route.instance.id,
      outcome,
      error,
      decision: route.decision,
    })
  }

  #tell(type: 'agent.completed' | 'agent.failed', route: Routed, data: Record<string, unknown>): void {
    this.#stamp(type, this.#ports.clock.now(), data, route)
  }

  #stamp(type: StampedEvent['type'], at: number, data: Record<string, unknown>, route?: Routed): void {
    this.#events.push({
      schemaVersion: 1,
      type,
      at: new Date(at).toISOString(),
      priority: this.task.priority,
      taskId: this.task.id,
      moduleId: route?.module.id ?? this.#attempts.at(-1)?.moduleId ?? null,
      instanceId: route?.instance.id ?? null,
      data: { type: this.task.type, ...data },
    })
  }

  #toView(route: Routed, number: number, dispatchedAt: number): AttemptView {
    const iso = (ms: number) => new Date(ms).toISOString()
    return {
      number,
      moduleId: route.module.id,
      instanceId: route.instance.id,
      outcome: 'running',
      error: null,
      enqueuedAt: iso(this.task.enqueuedAt),
      claimedAt: iso(this.task.claimedAt),
      dispatchedAt: iso(dispatchedAt),
      endedAt: null,
      decision: route.decision,
    }
  }
}

function storableResult(result: unknown): { text: string } | { error: { code: string; message: string } } {
  try {
    return { text: toStorableJson(result ?? null, 'result', { bytes: limits.resultBytes, depth: limits.jsonDepth }) }
  } catch (error) {
    if (error instanceof QuarterdeckError) return { error: { code: 'BAD_RESPONSE', message: error.message } }
    throw error
  }
}
