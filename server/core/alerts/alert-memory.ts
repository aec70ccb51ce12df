import type { AlertWorld } from './alert-world.ts'
import { type BudgetSample, noteSample } from './error-budget.ts'
import { SeriesMemory } from './series-memory.ts'

/** What rules remember from one evaluation to the next, and what is kept of it over a restart. Times in ms since the epoch. */
export interface KeptMemory {
  /** When a task ended last, or none was running; by the count of ended tasks. */
  progress: { ended: number; at: number } | null
  budget: readonly BudgetSample[]
}

/** Memory of one tenant. Series of figures are not kept over a restart; see `SeriesMemory`. */
export class AlertMemory {
  readonly series = new SeriesMemory()
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
    const keys = new Set(['health fleet'])
    this.series.note('health fleet', health.score, nowMs)
    for (const { id, score, weight } of health.modules.members) {
      if (weight === 0) continue
      keys.add(`health module:${id}`)
      this.series.note(`health module:${id}`, score, nowMs)
    }
    for (const { id, enabled } of modules) {
      const { p95Ms } = latency(id)
      if (!enabled || p95Ms === null) continue
      keys.add(`latency module:${id}`)
      this.series.note(`latency module:${id}`, Math.log(Math.max(1, p95Ms)), nowMs)
    }
    this.series.keepOnly(keys)
  }
}

/** What a rule is evaluated on. */
export interface RuleContext {
  world: AlertWorld
  memory: AlertMemory
  /** Share of tasks that should succeed; null for rules without an objective. */
  objectivePercent: number | null
}
