import type { ObservedCall, ObservedTask } from '../verdict/measures.ts'

/** A task that one call did, at once and for nothing, with what is given instead. */
export function observedTask(edit: Partial<ObservedTask>): ObservedTask {
  const { waitMs = 0, runMs = 0 } = edit
  return {
    type: 'text.run',
    acceptedAt: 0,
    waitMs,
    runMs,
    latencyMs: waitMs + runMs,
    hasFailed: false,
    hasMissedDeadline: null,
    calls: [observedCall({ waitMs, durationMs: runMs })],
    ...edit,
  }
}

/** A first call that succeeded, with what is given instead. */
export function observedCall(edit: Partial<ObservedCall>): ObservedCall {
  return {
    number: 1,
    moduleId: 'text',
    instanceId: 'a',
    outcome: 'succeeded',
    waitMs: 0,
    durationMs: 0,
    costUsd: 0,
    atOnce: 1,
    repeats: null,
    ...edit,
  }
}
