import type { AlertWorld } from './alert-world.ts'
import { type BudgetSample, noteSample } from './error-budget.ts'
import { SeriesMemory } from './series-memory.ts'

/** What rules remember from one evaluation to the next, and what is kept of it over a restart. Times in ms since the epoch. */
export interface KeptMemory {
  /** When a task ended last, or none was running; by the count of ended tasks. */
  progress: { ended: number; at: number } | null
  budget: readonly BudgetSample[]
}

/** The one key of the fleet's own series. */
export const fleetKey = 'fleet'

/** Memory of one tenant. Series of figures are not kept over a restart; see `SeriesMemory`. */
export class AlertMemory {
  /** Scores and latencies (logarithms of the p95) of modules by their ids, and the score of the fleet. */
  readonly series = { fleet: new SeriesMemory(), health: new SeriesMemory(), latency: new SeriesMemory() }
  #kept: KeptMemory = { progress: null, budget: [] }

  get kept(): KeptMemory {
    return this.#kept
  }

  /** Goes on with what was kept. */
  restore(kept: KeptMemory): void {
    this.#kept = kept
  }

  /** Totals of now, as the error budget counts them. */
  sampleOf({ nowMs, queue }: AlertWorld): BudgetSample {
    return { at: nowMs, good: queue.succeeded, bad: queue.failed + queue.expired }
  }

  /** Takes in how things are now; once before the rules are evaluated. */
  observe(world: AlertWorld): void {
    const { queue, nowMs } = world
    const ended = queue.succeeded + queue.failed + queue.cancelled + queue.expired
    const { progress } = this.#kept
    const isStill = progress !== null && progress.ended === ended && queue.running > 0
    this.#kept = {
      progress: isStill ? progress : { ended, at: nowMs },
      budget: noteSample(this.#kept.budget, this.sampleOf(world)),
    }
    this.#observeSeries(world)
  }

  #observeSeries({ nowMs, health, modules, latency }: AlertWorld): void {
    const { series } = this
    series.fleet.note(fleetKey, health.score, nowMs)
    for (const { id, score, weight } of health.modules.members) if (weight !== 0) series.health.note(id, score, nowMs)
    for (const { id, enabled } of modules) {
      const p95Ms = enabled ? latency(id).p95Ms : null
      if (p95Ms !== null) series.latency.note(id, Math.log(Math.max(1, p95Ms)), nowMs)
    }
    for (const each of [series.health, series.latency]) each.keepNoted(nowMs)
  }
}

/** What a rule is evaluated on. */
export interface RuleContext {
  world: AlertWorld
  memory: AlertMemory
  /** Share of tasks that should succeed; null for rules without an objective. */
  objectivePercent: number | null
}
