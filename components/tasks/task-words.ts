import type { ExclusionCode } from '#server/contracts/decisions.ts'
import type { PriorityAlias, TaskStatus } from '#server/contracts/tasks.ts'

/** States of a task in the order of its life. */
export const statusOrder = [
  'blocked',
  'scheduled',
  'ready',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly TaskStatus[]

const ended: ReadonlySet<TaskStatus> = new Set(['succeeded', 'failed', 'cancelled', 'expired'])

/** Whether a task can change no more. */
export function isEnded(status: TaskStatus): boolean {
  return ended.has(status)
}

/** The names of priority numbers, as the contract has them; written out so that lists do not load its schemas. */
export const priorityNames = {
  critical: 1,
  high: 2,
  medium: 3,
  normal: 5,
  low: 7,
  batch: 10,
} as const satisfies Record<PriorityAlias, number>

const aliasByNumber = new Map<number, string>(Object.entries(priorityNames).map(([alias, number]) => [number, alias]))

/** The name of a priority number, when it has one. */
export function aliasOf(priority: number): string | null {
  return aliasByNumber.get(priority) ?? null
}

/** Why an instance could not be chosen, in words. */
export const exclusionWords: Record<ExclusionCode, string> = {
  module_disabled: 'the module is disabled',
  module_paused: 'the module is paused',
  module_unhealthy: 'the module is unhealthy',
  instance_unhealthy: 'the instance is unhealthy',
  instance_full: 'all its slots are in use',
  instance_draining: 'it is out of rotation',
  version_held_back: 'its version has had its share of the calls',
  breaker_open: 'its breaker is open',
  pinned_elsewhere: 'the task is pinned to another module',
  insufficient_resources: 'it offers less than the task needs',
  over_budget: 'would exceed the budget of the task',
  module_limited: 'at its concurrency limit',
  already_failed: 'it failed this task before',
  no_instance: 'the module has no instance',
}
