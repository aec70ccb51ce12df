import type { ObservedTask } from '../verdict/measures.ts'

/** A task that one call did, at once and for nothing, with what is given instead. */
export function observedTask(edit: Partial<ObservedTask>): ObservedTask {
  return {
    type: 'text.run',
    acceptedAt: 0,
    waitMs: 0,
    runMs: 0,
    hasFailed: false,
    hasMissedDeadline: null,
    calls: 1,
    timedOut: 0,
    retries: 0,
    goodRetries: 0,
    costUsd: 0,
    ...edit,
  }
}
