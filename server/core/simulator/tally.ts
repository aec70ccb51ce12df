import type { RecordedHistory } from './recorded-history.ts'
import type { RunRecord } from './run-record.ts'

/** Values fall into bins that grow by 2 % each, so a quantile is off by 1 % at most. */
const growth = Math.log(1.02)
const bins = 1_024
/** So many equal spans of the window are told apart: few enough for each to be long beside what one backlog lasts. */
export const blockCount = 12

/** Counts of times in ms, from 1 ms to seven days; cheap to add up. */
class TimeCounts {
  readonly #counts = new Int32Array(bins)
  count = 0
  sum = 0

  add(ms: number): void {
    const bin = binOf(ms)
    this.#counts[bin] = this.#at(bin) + 1
    this.count += 1
    this.sum += ms
  }

  /** Adds those of another, or takes them away again. */
  merge(other: TimeCounts, times = 1): void {
    for (let bin = 0; bin < bins; bin++) this.#counts[bin] = this.#at(bin) + times * other.#at(bin)
    this.count += times * other.count
    this.sum += times * other.sum
  }

  get mean(): number {
    return this.count > 0 ? this.sum / this.count : 0
  }

  /** In ms; 0 without any. */
  quantile(share: number): number {
    let left = share * this.count
    for (let bin = 0; bin < bins; bin++) {
      left -= this.#at(bin)
      if (left < 1e-9 && this.count > 0) return bin === 0 ? 0 : Math.exp((bin - 0.5) * growth)
    }
    return 0
  }

  /** How the times divide between these bounds in ms: one count below each, and one beyond the last. */
  divide(bounds: readonly number[]): number[] {
    const parts = new Array<number>(bounds.length + 1).fill(0)
    for (let bin = 0; bin < bins; bin++) {
      const ms = bin === 0 ? 0 : Math.exp((bin - 0.5) * growth)
      const part = bounds.findIndex(bound => ms < bound)
      const place = part === -1 ? bounds.length : part
      parts[place] = (parts[place] ?? 0) + this.#at(bin)
    }
    return parts
  }

  #at(bin: number): number {
    return this.#counts[bin] ?? 0
  }
}

/** What became of a group of tasks, in a form that adds up. */
export class Tally {
  /** Tasks that were submitted. */
  tasks = 0
  succeeded = 0
  /** Failed, expired or not let in; what somebody cancelled is neither good nor bad. */
  failed = 0
  /** Let in, and succeeded, failed or expired since. */
  ended = 0
  /** What the calls of those that ended cost, in USD. */
  costUsd = 0
  readonly wait = new TimeCounts()
  readonly run = new TimeCounts()
  /** From the submission to the end, of tasks that succeeded. */
  readonly latency = new TimeCounts()

  merge(other: Tally, times = 1): void {
    this.tasks += times * other.tasks
    this.succeeded += times * other.succeeded
    this.failed += times * other.failed
    this.ended += times * other.ended
    this.costUsd += times * other.costUsd
    this.wait.merge(other.wait, times)
    this.run.merge(other.run, times)
    this.latency.merge(other.latency, times)
  }

  get failureShare(): number {
    const judged = this.succeeded + this.failed
    return judged > 0 ? this.failed / judged : 0
  }
}

/** What tasks are grouped by; `all` has one group. */
export const groupKinds = ['all', 'type', 'priority', 'module'] as const
export type GroupKind = (typeof groupKinds)[number]

export function groupKey(kind: GroupKind, name: string): string {
  return `${kind} ${name}`
}

/** Adds a run up. The window is cut into spans by when tasks were accepted, so the same task counts in the same span always. */
export function tallyRun(history: RecordedHistory, record: RunRecord): Map<string, Tally[]> {
  const tallies = new Map<string, Tally[]>()
  const blockMs = (history.to - history.from) / blockCount
  for (const [index, task] of history.tasks.entries()) {
    if (record.fate(index) === 'left_out') continue
    const block = Math.min(blockCount - 1, Math.floor((task.acceptedAt - history.from) / blockMs))
    const groups = [
      groupKey('all', ''),
      groupKey('type', task.type),
      groupKey('priority', classOf(task.priority)),
      groupKey('module', record.servedBy(index)),
    ]
    for (const group of groups) addTask(blockOf(tallies, group, block), record, index, task.acceptedAt)
  }
  return tallies
}

/** Priority numbers as people speak of them. */
function classOf(priority: number): string {
  if (priority <= 2) return 'urgent'
  return priority <= 5 ? 'normal' : 'low'
}

function addTask(tally: Tally, record: RunRecord, index: number, acceptedAt: number): void {
  const fate = record.fate(index)
  const waitMs = record.waitMs[index] ?? Number.NaN
  tally.tasks += 1
  if (!Number.isNaN(waitMs)) tally.wait.add(waitMs)
  if ((record.calls[index] ?? 0) > 0) tally.run.add(record.runMs[index] ?? 0)
  if (fate === 'succeeded') {
    tally.succeeded += 1
    tally.latency.add(Math.max(0, (record.endedAt[index] ?? acceptedAt) - acceptedAt))
  } else if (fate === 'failed' || fate === 'expired' || fate === 'rejected') tally.failed += 1
  if (fate === 'succeeded' || fate === 'failed' || fate === 'expired') {
    tally.ended += 1
    tally.costUsd += record.costUsd[index] ?? 0
  }
}

function blockOf(tallies: Map<string, Tally[]>, group: string, block: number): Tally {
  let blocks = tallies.get(group)
  if (!blocks) {
    blocks = Array.from({ length: blockCount }, () => new Tally())
    tallies.set(group, blocks)
  }
  return blocks[block] as Tally
}

function binOf(ms: number): number {
  return ms < 1 ? 0 : Math.min(bins - 1, 1 + Math.floor(Math.log(ms) / growth))
}
