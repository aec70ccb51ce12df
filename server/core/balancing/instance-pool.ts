import type { ExclusionCode } from '../../contracts/decisions.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import type { Clock } from '../shared/clock.ts'
import type { Random } from '../shared/ids.ts'
import { type BalancingPolicy, createBalancingPolicy } from './balancing-policy.ts'
import type { Slot } from './instance-load.ts'
import type { InstanceLoads } from './load-table.ts'
import { type EligibilitySources, PoolMember } from './pool-member.ts'

export interface PoolResources extends EligibilitySources {
  load: InstanceLoads
  clock: Clock
  random: Random
  /** Calls that a module may have in flight on this replica; null without a limit. */
  moduleLimit: (tenantId: string, moduleId: string) => number | null
}

export interface PoolChoice {
  member: PoolMember
  /** Its place among the instances the choice was made among. */
  index: number
  /** With which exactly this instance was chosen within its module. */
  probability: number
}

/**
 * The instances of one module record with its strategy. A registry change makes a new record and so a new pool; the load
 * outlives both. Everything is synchronous: between `choose` and `take` nothing else can take the slot.
 */
export class InstancePool {
  readonly members: readonly PoolMember[]
  readonly #policy: BalancingPolicy
  readonly #now: () => number
  readonly #limit: () => number | null
  readonly #callable: PoolMember[] = []
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(module: ModuleRecord, resources: PoolResources) {
    this.members = module.instances.map(instance => {
      const key = { tenantId: module.tenantId, moduleId: module.id, instanceId: instance.id }
      return new PoolMember({ module, instance, load: resources.load.of(key), sources: resources })
    })
    this.#limit = () => resources.moduleLimit(module.tenantId, module.id)
    this.#policy = createBalancingPolicy(module.strategy, resources.random)
    this.#now = () => resources.clock.now()
  }

  /**
   * Looks at health, breakers and ages again when the last look is `maxAgeMs` old or older; 0 always looks. A clock that
   * was set back looks again at once.
   */
  refresh(now: number, maxAgeMs: number): void {
    const age = now - this.#lookedAt
    if (age >= 0 && age < maxAgeMs) return
    this.#lookedAt = now
    this.#callable.length = 0
    for (const member of this.members) {
      member.look(now)
      if (!member.isBarred) this.#callable.push(member)
    }
  }

  /** Free slots of all instances that may be called, as of the last look. */
  freeSlots(): number {
    let free = 0
    for (const member of this.#callable) free += member.freeSlots
    return Math.min(free, this.#leftOfLimit())
  }

  /** Whether its concurrency limit, and nothing else, lets no more calls through. */
  get isAtLimit(): boolean {
    return this.#leftOfLimit() <= 0
  }

  /** Why an instance could not be chosen; null when it could. */
  exclusionOf(member: PoolMember): ExclusionCode | null {
    return member.exclusion() ?? (this.isAtLimit ? 'module_limited' : null)
  }

  /** Calls in flight on all its instances. */
  get inFlight(): number {
    let inFlight = 0
    for (const member of this.members) inFlight += member.inFlight
    return inFlight
  }

  /** Calls that all its instances could have in flight. */
  get capacity(): number {
    let capacity = 0
    for (const member of this.members) capacity += member.capacity
    return capacity
  }

  /** Whether any instance could take a call, as of the last look. */
  hasRoom(): boolean {
    if (this.isAtLimit) return false
    for (const member of this.#callable) if (member.canTake()) return true
    return false
  }

  /**
   * Chooses by the module's strategy. The chosen instance is looked at again, and if it may no longer be called, all are
   * and the choice is made anew: nothing is ever chosen on old news. Null when none can take a call.
   */
  choose(now: number): PoolChoice | null {
    if (this.isAtLimit) return null
    const choice = this.#chooseAsSeen()
    if (!choice) return null
    choice.member.look(now)
    if (choice.member.canTake()) return choice
    this.refresh(now, 0)
    return this.#chooseAsSeen()
  }

  /** Takes the slot of a choice just made and moves the strategy's turn on. */
  take(choice: PoolChoice, isOutside = false): Slot {
    this.#policy.confirm(this.#callable, choice.index)
    return choice.member.take(this.#now, isOutside)
  }

  #leftOfLimit(): number {
    const limit = this.#limit()
    return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - this.inFlight)
  }

  #chooseAsSeen(): PoolChoice | null {
    const choice = this.#policy.choose(this.#callable)
    const member = choice && this.#callable[choice.index]
    return member ? { member, index: choice.index, probability: choice.probability } : null
  }
}
