import type { Random } from '../shared/ids.ts'

/** How often a task goes to another service than the best, so that evidence of the others does not grow stale. */
export interface ExplorationPolicy {
  /** Share of a tenant's decisions, 0 (off) to 0.1; read at every decision, so it can be changed at any time. */
  rate(tenantId: string): number
}

export const defaultExplorationRate = 0.02
/** No operator makes more of the decisions explore. */
export const mostExploration = 0.1

/** The same rate for every tenant; 0 turns exploration off. */
export function fixedExploration(rate: number = defaultExplorationRate): ExplorationPolicy {
  return { rate: () => rate }
}

export interface ExploredChoice {
  /** Place among the services, best first. */
  index: number
  /** With which exactly this one was chosen. */
  probability: number
}

/**
 * Epsilon-greedy: the best with probability 1 - rate, each of the others with rate / (count - 1). `count` is at least 1;
 * rates outside 0 to 0.1 are cut to it.
 */
export function exploreServices(count: number, rate: number, random: Random): ExploredChoice {
  const bounded = count > 1 ? Math.min(mostExploration, Math.max(0, rate)) : 0
  if (bounded === 0) return { index: 0, probability: 1 }
  const drawn = random()
  if (drawn >= bounded) return { index: 0, probability: 1 - bounded }
  return { index: 1 + Math.floor((drawn / bounded) * (count - 1)), probability: bounded / (count - 1) }
}
