import { z } from 'zod'

/** Every check of the auditor. */
export const invariantNames = [
  'one-place-per-task',
  'outcome-without-task',
  'orphaned-leases',
  'running-without-execution',
  'attempts-missing',
  'blocked-without-parents',
  'awaited-but-ended',
  'events-in-sequence',
  'event-totals',
  'live-totals',
  'dead-letters-of-failures',
  'leaked-slots',
  'breakers-without-probe',
] as const
export type InvariantName = (typeof invariantNames)[number]

export const runInvariantsInput = z
  .strictObject({ names: z.array(z.enum(invariantNames)).min(1).max(invariantNames.length).optional() })
  .prefault({})
export type RunInvariants = z.output<typeof runInvariantsInput>

export const invariantOutcomes = ['held', 'violated', 'failed', 'never'] as const
/** `failed`: the check itself could not be made; `never`: it has not been made yet. */
export type InvariantOutcome = (typeof invariantOutcomes)[number]

export interface InvariantView {
  name: InvariantName
  title: string
  /** What must always be true. */
  claim: string
  /** How to put it right when it is not. */
  repair: string
  outcome: InvariantOutcome
  /** How many things break it; at least so many when `isAtLeast`. */
  found: number
  /** Some of them, at most 20. */
  sample: string[]
  /** Since when every run has found it broken. */
  violatedSince: string | null
  lastRunAt: string | null
  durationMs: number | null
  /** A person, or Quarterdeck on its schedule. */
  ranBy: string | null
  /** Why the check could not be made. */
  error: string | null
}
