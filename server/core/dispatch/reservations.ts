import type { Clock } from '../shared/clock.ts'
import type { OpenLane } from './claim-planner.ts'

/** For so long the next fitting slot is kept for urgent work that others gave way to. */
const keptMs = 2_000

/** Lanes that are claimed from before all others, one task each, because other work gave way to what is next in them. */
export class Reservations {
  readonly #clock: Clock
  readonly #until = new Map<number, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(laneId: number): void {
    this.#until.set(laneId, this.#clock.now() + keptMs)
  }

  /** Of lanes that have slots, the reserved ones alone when there are such, which uses their reservations; else all. */
  firstOf(open: OpenLane[]): OpenLane[] {
    if (this.#until.size === 0) return open
    const now = this.#clock.now()
    for (const [laneId, until] of this.#until) if (until <= now) this.#until.delete(laneId)
    const reserved = open.filter(({ lane }) => this.#until.delete(lane.id))
    return reserved.length === 0 ? open : reserved.map(({ lane }) => ({ lane, slots: 1 }))
  }
}
