import type { InvariantName, InvariantView } from '../../contracts/invariants.ts'
import type { Actor } from '../shared/principal.ts'

/** What a check found. */
export interface Finding {
  /** How many things break the invariant. */
  count: number
  /** Some of them, as people may look for them. */
  sample: readonly string[]
}

/** The last result of a check; times in ms since the epoch. */
export type CheckResult = Pick<InvariantView, 'name' | 'outcome' | 'found' | 'sample' | 'ranBy' | 'error'> & {
  violatedSince: number | null
  ranAt: number
  durationMs: number
}

/** Where checks look, and where their results are kept. */
export interface InvariantStore {
  /** Looks for what breaks an invariant that the database can judge. Reads only. */
  find(name: InvariantName): Promise<Finding>
  results(): Promise<CheckResult[]>
  /** Keeps results; `violatedSince` goes on from the run before. Audited when a person asked for it. */
  save(results: readonly Omit<CheckResult, 'violatedSince'>[], askedBy: Actor | null): Promise<void>
}
