import type { BalancingStrategy } from '../../contracts/modules.ts'
import type { Random } from '../shared/ids.ts'
import { LeastLoaded } from './strategies/least-loaded.ts'
import { PowerOfTwo } from './strategies/power-of-two.ts'
import { RandomChoice } from './strategies/random-choice.ts'
import { RoundRobin } from './strategies/round-robin.ts'
import { Weighted } from './strategies/weighted.ts'

/** What a strategy may know of an instance, from memory. */
export interface BalancedInstance {
  readonly capacity: number
  /** Relative to its siblings, for the weighted strategy. */
  readonly weight: number
  readonly inFlight: number
  /** Recent mean of successful calls in ms; null when unknown or no longer telling. */
  readonly latencyMs: number | null
  /** Recent share of failures, 0-1; 0 when unknown or no longer telling. */
  readonly failureShare: number
  /** Part of its full share while it is new, 0.1-1. */
  readonly ramp: number
  /** Whether it has a free slot; instances that may not be called at all are not shown to a strategy. */
  canTake(): boolean
  /** Credit of the weighted strategy, which alone changes it. */
  turnCredit: number
}

export interface BalancingChoice {
  index: number
  /** With which exactly this instance was chosen among those that could take the call. */
  probability: number
}

/** A way to choose an instance of a module. Each module has its own. */
export interface BalancingPolicy {
  /** Null when none can take a call. Does not move turns: asking twice may be answered alike. */
  choose(instances: readonly BalancedInstance[]): BalancingChoice | null
  /** Told when the choice was acted on, with the instances it was made among. */
  confirm(instances: readonly BalancedInstance[], index: number): void
}

const makers: Record<BalancingStrategy, (random: Random) => BalancingPolicy> = {
  power_of_two: random => new PowerOfTwo(random),
  round_robin: random => new RoundRobin(random),
  least_loaded: random => new LeastLoaded(random),
  random: random => new RandomChoice(random),
  weighted: () => new Weighted(),
}

/** Makes a strategy by its name, with state of its own. */
export function createBalancingPolicy(strategy: BalancingStrategy, random: Random): BalancingPolicy {
  return makers[strategy](random)
}
