import { costOfCall } from '../brain/task-cost.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { EndStatus } from '../queue/task-state.ts'
import type { AttemptRecord, LeaseEnd } from '../queue/task-store.ts'
import type { RecordedHistory } from './recorded-history.ts'

/** How tasks ended; `rejected` was not let in, `left_out` never came, `unfinished` had not ended when the run did. */
const taskFates = ['unfinished', 'succeeded', 'failed', 'cancelled', 'expired', 'rejected', 'left_out'] as const
export type TaskFate = (typeof taskFates)[number]

type PricedCall = Pick<AttemptRecord, 'moduleId' | 'dispatchedAt' | 'endedAt' | 'costUsd'>

/**
 * What became of each task of a run, by its place: recorded or simulated, so that both are compared by one measure. Waiting is
 * from when it last came into the queue to its first call; running is all of its calls together. NaN where there is none.
 */
export class RunRecord {
  readonly waitMs: Float64Array
  readonly runMs: Float64Array
  /** When it ended, in ms since the epoch; NaN while it has not. */
  readonly endedAt: Float64Array
  readonly calls: Uint16Array
  /** What all of its calls cost together. */
  readonly costUsd: Float64Array
  readonly #fates: Uint8Array
  readonly #modules: string[] = ['']
  readonly #moduleNumbers = new Map<string, number>([['', 0]])
  /** Number of the module whose call was the last; 0 for none. */
  readonly #servedBy: Uint16Array
  readonly #leastWaitMs: number

  /** No wait counts as shorter than `leastWaitMs`. */
  constructor(size: number, leastWaitMs = 0) {
    this.#leastWaitMs = leastWaitMs
    this.waitMs = new Float64Array(size).fill(Number.NaN)
    this.runMs = new Float64Array(size)
    this.endedAt = new Float64Array(size).fill(Number.NaN)
    this.calls = new Uint16Array(size)
    this.costUsd = new Float64Array(size)
    this.#fates = new Uint8Array(size)
    this.#servedBy = new Uint16Array(size)
  }

  get size(): number {
    return this.waitMs.length
  }

  fate(index: number): TaskFate {
    return taskFates[this.#fates[index] ?? 0] ?? 'unfinished'
  }

  /** The module whose call of it was the last; empty when none was made. */
  servedBy(index: number): string {
    return this.#modules[this.#servedBy[index] ?? 0] ?? ''
  }

  addCall(index: number, call: PricedCall, enqueuedAt: number): void {
    if (this.calls[index] === 0) this.waitMs[index] = Math.max(this.#leastWaitMs, call.dispatchedAt - enqueuedAt)
    this.calls[index] = (this.calls[index] ?? 0) + 1
    this.runMs[index] = (this.runMs[index] ?? 0) + Math.max(0, call.endedAt - call.dispatchedAt)
    this.costUsd[index] = (this.costUsd[index] ?? 0) + call.costUsd
    this.#servedBy[index] = this.#numberOf(call.moduleId)
  }

  /** The calls of a lease that has just ended. */
  addLease(index: number, { task, attempts }: LeaseEnd): void {
    for (const attempt of attempts) this.addCall(index, attempt, task.enqueuedAt)
  }

  end(index: number, fate: EndStatus | 'rejected', at: number): void {
    this.#fates[index] = taskFates.indexOf(fate)
    this.endedAt[index] = at
  }

  /** It does not come in this run. */
  leaveOut(index: number): void {
    this.#fates[index] = taskFates.indexOf('left_out')
  }

  #numberOf(moduleId: string): number {
    const known = this.#moduleNumbers.get(moduleId)
    if (known !== undefined) return known
    const number = this.#modules.length
    this.#modules.push(moduleId)
    this.#moduleNumbers.set(moduleId, number)
    return number
  }
}

/**
 * What really happened, as the same kind of record. A history does not tell what its calls cost then: they are priced as the
 * configuration has it, like those of a replay, so that a price that changed since is no error of the simulation.
 */
export function recordOf(history: RecordedHistory, { modules }: Pick<ConfigurationSnapshot, 'modules'>): RunRecord {
  const prices = new Map(modules.map(({ id, costPerHourUsd }) => [id, costPerHourUsd]))
  const record = new RunRecord(history.tasks.length)
  for (const [index, task] of history.tasks.entries()) {
    for (const { moduleId, dispatchedAt, endedAt, enqueuedAt } of task.attempts) {
      const costUsd = costOfCall(prices.get(moduleId) ?? 0, endedAt - dispatchedAt)
      record.addCall(index, { moduleId, dispatchedAt, endedAt, costUsd }, enqueuedAt)
    }
    if (task.finishedAt !== null) record.end(index, task.status as EndStatus, task.finishedAt)
  }
  return record
}
