import type { RetryBudgetView } from '../../contracts/stats.ts'
import type { Clock } from '../shared/clock.ts'
import type { Random } from '../shared/ids.ts'

const bucketMs = 5_000
const buckets = 12
const windowMs = bucketMs * buckets
/** Share of the recent calls of a module that may be retries at their usual delay. */
const retryShare = 0.1
/** Retries a minute that are always allowed: a module with few calls is not in a storm. */
const leastAllowed = 10
/** The budget makes no retry wait longer than this beyond its usual delay. */
const longestExtraMs = 120_000

interface Bucket {
  /** Number of its 5 s since the epoch. */
  slot: number
  calls: number
  retries: number
  heldBack: number
}

interface ModuleBudget {
  moduleId: string
  ring: Bucket[]
  /** The next free place in the row of retries that exceed the budget, in ms since the epoch. */
  nextPlaceAt: number
  /** Since when retries are held back without a minute between them, in ms since the epoch. */
  heldBackSince: number
}

/**
 * Keeps retries from becoming a storm: while more than a tenth of a module's calls of the last minute are retries, further
 * ones queue up behind each other at the rate that the budget allows, spread out by jitter, instead of all coming back
 * together. They only wait longer; none is given up for it. One per replica: each sees its own calls, so the shares add up.
 */
export class RetryBudget {
  readonly #clock: Clock
  readonly #random: Random
  /** By tenant and module. */
  readonly #budgets = new Map<string, Map<string, ModuleBudget>>()

  constructor(options: { clock: Clock; random: Random }) {
    this.#clock = options.clock
    this.#random = options.random
  }

  /** A module is called. */
  countCall(tenantId: string, moduleId: string): void {
    this.#now(this.#of(tenantId, moduleId)).calls++
  }

  /**
   * How long a retry after a failure of this module waits: its usual delay within the budget, longer beyond it. At most half
   * of what `leftMs` leaves after the usual delay goes to the budget, so that a task never runs out of time for it.
   */
  delayMs(tenantId: string, moduleId: string, retry: { usualMs: number; leftMs: number }): number {
    const budget = this.#of(tenantId, moduleId)
    const bucket = this.#now(budget)
    bucket.retries++
    const { calls, retries, heldBack } = this.#sums(budget)
    const allowed = allowedOf(calls)
    if (retries <= allowed) return retry.usualMs
    const now = this.#clock.now()
    const gapMs = windowMs / allowed
    const placeAt = Math.max(now + retry.usualMs, budget.nextPlaceAt) + gapMs
    const extraMs = placeAt - now - retry.usualMs + (this.#random() - 0.5) * gapMs
    const mostMs = Math.max(0, Math.min(longestExtraMs, (retry.leftMs - retry.usualMs) / 2))
    // At the end of the row places are shared: spread over all of it, or they would all come at its end.
    const isBeyondTheRow = extraMs > mostMs
    if (!isBeyondTheRow) budget.nextPlaceAt = placeAt
    if (heldBack === 0) budget.heldBackSince = now
    bucket.heldBack++
    return Math.round(retry.usualMs + (isBeyondTheRow ? this.#random() * mostMs : extraMs))
  }

  /** Modules of a tenant with retries in the last minute, the most held back first. */
  views(tenantId: string): RetryBudgetView[] {
    const views: RetryBudgetView[] = []
    for (const budget of this.#budgets.get(tenantId)?.values() ?? []) {
      const { calls, retries, heldBack } = this.#sums(budget)
      if (retries === 0) continue
      views.push({
        moduleId: budget.moduleId,
        calls,
        retries,
        allowed: Math.floor(allowedOf(calls)),
        heldBack,
        heldBackSince: heldBack > 0 ? new Date(budget.heldBackSince).toISOString() : null,
      })
    }
    return views.sort((a, b) => b.heldBack - a.heldBack || b.retries - a.retries)
  }

  #of(tenantId: string, moduleId: string): ModuleBudget {
    let modules = this.#budgets.get(tenantId)
    if (!modules) this.#budgets.set(tenantId, (modules = new Map()))
    let budget = modules.get(moduleId)
    if (!budget) {
      const ring = Array.from({ length: buckets }, () => ({ slot: -1, calls: 0, retries: 0, heldBack: 0 }))
      budget = { moduleId, ring, nextPlaceAt: 0, heldBackSince: 0 }
      modules.set(moduleId, budget)
    }
    return budget
  }

  /** The bucket of this moment, emptied when it was last used a round ago. */
  #now({ ring }: ModuleBudget): Bucket {
    const slot = Math.floor(this.#clock.now() / bucketMs)
    const bucket = ring[slot % buckets] as Bucket
    if (bucket.slot !== slot) Object.assign(bucket, { slot, calls: 0, retries: 0, heldBack: 0 })
    return bucket
  }

  #sums({ ring }: ModuleBudget): Omit<Bucket, 'slot'> {
    const oldest = Math.floor(this.#clock.now() / bucketMs) - buckets + 1
    const sums = { calls: 0, retries: 0, heldBack: 0 }
    for (const bucket of ring) {
      if (bucket.slot < oldest) continue
      sums.calls += bucket.calls
      sums.retries += bucket.retries
      sums.heldBack += bucket.heldBack
    }
    return sums
  }
}

function allowedOf(calls: number): number {
  return Math.max(leastAllowed, calls * retryShare)
}
