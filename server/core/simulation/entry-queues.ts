import { comparePlaces } from '../queue/priority.ts'
import type { NewTask } from '../queue/task-store.ts'
import { BinaryHeap } from '../shared/binary-heap.ts'
import { TurnoverMap } from '../shared/turnover-map.ts'
import { compareEntries, type Entry, type Place } from './task-entry.ts'

/** The ready tasks of one lane in the order of the queue. Those that have moved on are dropped when they come first. */
export class ReadyLane {
  readonly #heap = new BinaryHeap<{ task: NewTask; entry: Entry }>((a, b) => comparePlaces(a.task, b.task))
  readonly #ready = new TurnoverMap<string, Entry>()

  /** A task has become ready, or changed its rank while it is. */
  add(entry: Entry): void {
    this.#ready.set(entry.task.id, entry)
    this.#heap.push({ task: entry.task, entry })
  }

  /** It is not ready any more. */
  remove(entry: Entry): void {
    this.#ready.delete(entry.task.id)
  }

  /** In no particular order. */
  all(): Entry[] {
    return [...this.#ready.values()]
  }

  /** Takes out the first ones that may still be started, `most` at most; those that stay ready have to be added again. */
  takeFirst(now: number, most: number): Entry[] {
    const first: Entry[] = []
    while (first.length < most) {
      const next = this.#heap.pop()
      if (next === undefined) break
      const { task, entry } = next
      const isCurrent = this.#ready.has(task.id) && entry.task === task
      if (isCurrent && (task.deadline === null || task.deadline > now)) first.push(entry)
    }
    return first
  }
}

/** Entries that something becomes of at a time. Each is asked for once; those that have moved on before are left out. */
export class DueEntries {
  readonly #heap = new BinaryHeap<{ at: number; place: Place; entry: Entry }>((a, b) => a.at - b.at)

  add(entry: Entry, at: number): void {
    this.#heap.push({ at, place: entry.place, entry })
  }

  /** Takes out those whose time has come, the earliest first. */
  takeDue(now: number, limit: number): Entry[] {
    const due: Entry[] = []
    while (due.length < limit && (this.nextAt() ?? Number.POSITIVE_INFINITY) <= now) {
      const next = this.#heap.pop()
      if (next) due.push(next.entry)
    }
    return due
  }

  /** When the next one is due, in ms since the epoch; null when there is none. */
  nextAt(): number | null {
    for (let next = this.#heap.first; next; next = this.#heap.first) {
      if (next.entry.place === next.place) return next.at
      this.#heap.pop()
    }
    return null
  }
}

/** Ready entries of several lanes, first each by its slots, in one order. */
export function inOneOrder<Open extends { entry: Entry }>(open: Open[]): Open[] {
  return open.sort((a, b) => compareEntries(a.entry, b.entry))
}
