import type { ServiceChoice } from '#server/contracts/decisions.ts'
import { exploreServices } from '#server/core/brain/exploration.ts'
import type { DecidedCall } from '#server/core/learning/learning-store.ts'
import type { Random } from '#server/core/shared/ids.ts'

/** How a service really is, which nobody but the test knows. */
export interface TrueService {
  moduleId: string
  successRate: number
  meanMs: number
  costPerCallUsd: number
  /** Share of calls for which it has room; 1 when left out. */
  availability?: number
}

/** Calls as an epsilon-greedy rule would have recorded them that always prefers the services in this order. */
export function recordCalls(
  preferred: readonly TrueService[],
  options: { calls: number; explorationRate: number; random: Random },
): DecidedCall[] {
  const { random, explorationRate } = options
  return Array.from({ length: options.calls }, (_, index) => {
    const able = preferred.filter(({ availability = 1 }) => availability >= 1 || random() < availability)
    const { index: place, probability } = exploreServices(Math.max(1, able.length), explorationRate, random)
    const service = able[place] ?? preferred[0]
    if (!service) throw new Error('no service')
    const choice: ServiceChoice = {
      rule: 'score',
      isExplored: place > 0,
      probability,
      options: able.length,
      expectedSuccess: 0.7,
    }
    return {
      taskId: `task-${index}`,
      taskType: 'work',
      moduleId: service.moduleId,
      ok: random() < service.successRate,
      durationMs: exponential(service.meanMs, random),
      costUsd: service.costPerCallUsd * (0.5 + random()),
      dispatchedAt: index * 1_000,
      choice,
      fallbacks: able.filter(other => other !== service).map(({ moduleId }) => moduleId),
    }
  })
}

/** Durations half fixed and half exponential, of this mean. */
function exponential(meanMs: number, random: Random): number {
  return meanMs / 2 - (meanMs / 2) * Math.log(1 - random())
}
