import type { TrafficSplit } from '../registry/deployment-state.ts'
import type { Random } from '../shared/ids.ts'

/** Sums of shares such as 20 × 0.05 miss a whole by less than this. */
const rounding = 1e-9

/**
 * Whose turn it is while two versions share the calls of a module: the new one gains its share with every call and pays a whole
 * one for each it gets, so its part is exact without runs. What it misses while it is full is not made up for later.
 */
export class VersionSplit {
  readonly #split: TrafficSplit
  #credit: number

  constructor(split: TrafficSplit, random: Random) {
    this.#split = split
    // Each replica and each step begins anywhere in the cycle: else a rare caller would never be given to the new version.
    this.#credit = random()
  }

  /** The part of the calls that the new version is to get, 0-1. */
  get share(): number {
    return this.#split.share
  }

  /** Whether the next call is the new version's. */
  get isDue(): boolean {
    return this.#split.share > 0 && this.#credit + this.#split.share >= 1 - rounding
  }

  isFresh(instance: { version: string }): boolean {
    return instance.version === this.#split.version
  }

  /** How many calls the new version may be given while the old one takes `others`. */
  allowance(others: number): number {
    const { share } = this.#split
    if (share >= 1) return Number.POSITIVE_INFINITY
    return Math.floor((others * share) / (1 - share)) + (this.isDue ? 1 : 0)
  }

  /** A call was given to one side. */
  confirm(isFresh: boolean): void {
    const credit = this.#credit + this.#split.share - (isFresh ? 1 : 0)
    this.#credit = Math.min(1, Math.max(0, credit))
  }
}
