import type { TaskError } from '../../contracts/tasks.ts'
import { costOfCall } from '../brain/task-cost.ts'
import type { PublishedEvent } from '../events/event-log.ts'
import type { StampedEvent } from '../events/event-store.ts'
import type { AttemptRecord, ClaimedTask, LeaseEnd, NextStep } from '../queue/task-store.ts'
import type { RouteResult } from '../routing/task-router.ts'
import { toMoney } from '../shared/money.ts'

export type Routed = Extract<RouteResult, { kind: 'routed' }>

/** A call on its way: which attempt it is, where it went, and when it began. */
export interface Attempt {
  route: Routed
  number: number
  /** Milliseconds since the epoch. */
  dispatchedAt: number
  /** Its `agent.started`. */
  started: PublishedEvent
}

/** Why a task went back into the queue without having used an attempt. */
export type RequeueReason = 'SHUTDOWN' | 'NO_SLOT' | 'PREEMPTED' | 'PAUSED' | 'DRAINED'

/** What is written when a lease ends: its attempts, the events that tell of them, and how many attempts the task has used. */
export class LeaseRecord {
  readonly #task: ClaimedTask
  readonly #attempts: AttemptRecord[] = []
  readonly #events: StampedEvent[] = []
  attemptsUsed: number
  /** When the task's first attempt began; null while none has. */
  startedAt: number | null
  /** What its attempts cost so far, in USD; earlier leases count only when the task has a budget. */
  spentUsd: number

  constructor(task: ClaimedTask) {
    this.#task = task
    this.attemptsUsed = task.attempts
    this.startedAt = task.startedAt
    this.spentUsd = task.spentUsd
  }

  get attempts(): readonly AttemptRecord[] {
    return this.#attempts
  }

  /** Keeps an ended attempt, which thereby is used up unless it was pre-empted, with its event. */
  add(
    { route, number, dispatchedAt, started }: Attempt,
    endedAt: number,
    outcome: AttemptRecord['outcome'],
    error: TaskError | null,
  ): void {
    const startedEvent = started.withdraw()
    if (startedEvent) this.#events.push(startedEvent)
    const { module, instance, decision } = route
    const durationMs = endedAt - dispatchedAt
    const costUsd = costOfCall(module.costPerHourUsd, durationMs)
    // Work that had to give way for others has used up nothing.
    if (outcome !== 'preempted') this.attemptsUsed = number
    this.#attempts.push({
      number,
      moduleId: module.id,
      instanceId: instance.id,
      outcome,
      error,
      dispatchedAt,
      endedAt,
      costUsd,
      decision,
    })
    this.spentUsd = toMoney(this.spentUsd + costUsd)
    const { type } = this.#task
    if (outcome === 'succeeded')
      this.#stamp('agent.completed', endedAt, { type, attempt: number, durationMs }, instance.id)
    else {
      const name = outcome === 'preempted' ? 'task.preempted' : 'agent.failed'
      this.#stamp(name, endedAt, { type, attempt: number, durationMs, error }, instance.id)
    }
  }

  /** `requeuedFor` says why a task goes back into the queue, when it does. */
  end(next: NextStep, at: number, requeuedFor: RequeueReason = 'SHUTDOWN'): LeaseEnd {
    const { type } = this.#task
    if (next.kind === 'end') {
      const { error, reason } = next
      this.#stamp(`task.${next.status}`, at, { type, attempts: this.attemptsUsed, error, reason })
    }
    if (next.kind === 'wait') this.#stamp('task.scheduled', at, { type, reason: next.reason, delayMs: next.delayMs })
    if (next.kind === 'requeue') this.#stamp('task.ready', at, { type, reason: requeuedFor })
    const { attemptsUsed, startedAt } = this
    return { task: this.#task, attempts: this.#attempts, attemptsUsed, startedAt, at, next, events: this.#events }
  }

  #stamp(
    type: StampedEvent['type'],
    at: number,
    data: { type: string; [fact: string]: unknown },
    instanceId: string | null = null,
  ): void {
    const { id, priority } = this.#task
    this.#events.push({
      schemaVersion: 1,
      type,
      at,
      priority,
      taskId: id,
      moduleId: this.#attempts.at(-1)?.moduleId ?? null,
      instanceId,
      data,
    })
  }
}
