import type { TaskStatus } from './tasks.ts'

/** What can hold a task that waits. */
export const constraintKinds = [
  'not_before',
  'back_off',
  'busy',
  'parents',
  'paused',
  'no_module',
  'module_disabled',
  'module_paused',
  'no_instance',
  'out_of_rotation',
  'resources',
  'module_unhealthy',
  'breaker_open',
  'module_full',
  'module_limit',
  'type_limit',
  'tenant_limit',
  'replica_full',
  'budget',
  'behind_others',
  'database',
] as const
export type ConstraintKind = (typeof constraintKinds)[number]

/** Something that would help, in words, with where to do it. */
export interface Remedy {
  text: string
  /** A page of the interface; null for what is done elsewhere or by waiting. */
  href: string | null
}

/** One thing that holds a task, with what it stands on. */
export interface Constraint {
  kind: ConstraintKind
  /** A short sentence without a period: `Module summarizer is disabled`. */
  title: string
  /** What was measured or read, in words. */
  evidence: string
  /** What would end it, cheapest first. */
  unblock: Remedy[]
  /** Since when it has held; null when that is not known. */
  since: string | null
  /** In how many milliseconds it ends by itself; null when nobody can say. */
  etaMs: number | null
}

/** Why a task is where it is. */
export interface TaskExplanation {
  id: string
  status: TaskStatus
  /** The whole answer in one sentence. */
  headline: string
  /** Only of a task that waits; the first is what holds it longest. */
  constraints: Constraint[]
  /**
   * When a waiting task starts, or a running one ends, and what that stands on. `at` is null when nobody can say, and `basis`
   * then says why. Null for an ended task.
   */
  eta: { at: string | null; basis: string } | null
}
