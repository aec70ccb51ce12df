import { BinaryHeap } from '../shared/binary-heap.ts'
import { draw } from './draw.ts'
import type { RecordedHistory, RecordedTask } from './recorded-history.ts'

/** A task that is to be submitted: its place in the run's record, and when, in ms since the epoch. */
export interface Arrival {
  place: number
  task: RecordedTask
  at: number
}

/** Copies arrive within so long of the task they are made from, to either side. */
const spreadMs = 30_000

/**
 * The recorded arrivals in order, at a multiple of their rate: each task is left out or copied so that on average as many come.
 * Places below the number of recorded tasks are those of the tasks themselves; copies have the places after them. The same
 * tasks are chosen for the same seed and factor.
 */
export function arrivalsOf(history: RecordedHistory, factorOf: (type: string) => number, seed: number): Arrival[] {
  const arrivals: Arrival[] = []
  const copies = new BinaryHeap<Arrival>((a, b) => a.at - b.at)
  let places = history.tasks.length
  for (const [place, task] of history.tasks.entries()) {
    const factor = factorOf(task.type)
    const whole = Math.floor(factor)
    const count = whole + (draw(seed, place, 1) < factor - whole ? 1 : 0)
    if (count > 0) arrivals.push({ place, task, at: task.acceptedAt })
    for (let copy = 1; copy < count; copy++) {
      const at = task.acceptedAt + (draw(seed, place, 1 + copy) * 2 - 1) * spreadMs
      copies.push({ place: places++, task, at: Math.max(history.from, Math.round(at)) })
    }
  }
  return copies.size === 0 ? arrivals : merge(arrivals, copies)
}

function merge(arrivals: readonly Arrival[], copies: BinaryHeap<Arrival>): Arrival[] {
  const merged: Arrival[] = []
  for (const arrival of arrivals) {
    for (let copy = copies.first; copy && copy.at < arrival.at; copy = copies.first) {
      copies.pop()
      merged.push(copy)
    }
    merged.push(arrival)
  }
  for (let copy = copies.pop(); copy; copy = copies.pop()) merged.push(copy)
  return merged
}
