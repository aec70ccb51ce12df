/** What is known of how long calls of a type take; in ms. */
export interface LearnedDurations {
  /** Mean duration of successful calls of a type, on one module or on all that can run it; null when none has been seen. */
  meanMs(tenantId: string, taskType: string, moduleId: string | null): number | null
}

/** Taken for a type of which no call has succeeded yet. */
const unknownDurationMs = 1_000

/** How long a task is expected to run, in whole ms: the learned mean of its type times its estimated complexity. */
export function expectedDurationMs(
  durations: LearnedDurations,
  tenantId: string,
  task: { type: string; pinnedModuleId: string | null; complexity: number },
): number {
  return Math.round((durations.meanMs(tenantId, task.type, task.pinnedModuleId) ?? unknownDurationMs) * task.complexity)
}
