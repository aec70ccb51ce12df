import type { ExclusionCode } from '../../contracts/decisions.ts'
import { trafficSplit } from '../registry/deployment-state.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import type { Clock } from '../shared/clock.ts'
import type { Random } from '../shared/ids.ts'
import { type BalancingPolicy, createBalancingPolicy } from './balancing-policy.ts'
import type { Slot } from './instance-load.ts'
import type { InstanceLoads } from './load-table.ts'
import { type EligibilitySources, PoolMember } from './pool-member.ts'
import { VersionSplit } from './version-split.ts'

export interface PoolResources extends EligibilitySources {
  load: InstanceLoads
  clock: Clock
  random: Random
  /** Calls that a module may have in flight on this replica; null without a limit. */
  moduleLimit: (tenantId: string, moduleId: string) => number | null
}

/** Instances that a choice is made among, with the strategy that makes it. */
interface Group {
  readonly callable: PoolMember[]
  readonly policy: BalancingPolicy
}

export interface PoolChoice {
  member: PoolMember
  group: Group
  /** Its place among the callable instances of the group. */
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
  readonly #now: () => number
  readonly #limit: () => number | null
  /** All instances; those of the old version while another is deployed. */
  readonly #main: Group
  /** Those of the new version, and how calls are split between the two; null while nothing is deployed. */
  readonly #fresh: (Group & { split: VersionSplit }) | null
  readonly #onlyMain: readonly Group[]
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(module: ModuleRecord, resources: PoolResources) {
    this.members = module.instances.map(instance => {
      const key = { tenantId: module.tenantId, moduleId: module.id, instanceId: instance.id }
      return new PoolMember({ module, instance, load: resources.load.of(key), sources: resources })
    })
    this.#limit = () => resources.moduleLimit(module.tenantId, module.id)
    const newGroup = (): Group => ({
      callable: [],
      policy: createBalancingPolicy(module.strategy, resources.random),
    })
    const split = trafficSplit(module)
    this.#main = newGroup()
    this.#onlyMain = [this.#main]
    this.#fresh = split && { ...newGroup(), split: new VersionSplit(split, resources.random) }
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
    let [main, fresh] = [0, 0]
    // Written over in place: emptied and filled anew, the lists were allocated at each look.
    for (const member of this.members) {
      member.look(now)
      if (member.isBarred) continue
      const group = this.#groupOf(member)
      group.callable[group === this.#main ? main++ : fresh++] = member
    }
    this.#main.callable.length = main
    if (this.#fresh) this.#fresh.callable.length = fresh
  }

  /** Free slots of all instances that may be called, as of the last look; of a new version no more than its share allows. */
  freeSlots(): number {
    let free = freeOf(this.#main)
    if (this.#fresh) {
      const { split, callable } = this.#fresh
      const isAlone = this.#main.callable.length === 0 && split.share > 0
      if (callable.length > 0) free += Math.min(freeOf(this.#fresh), isAlone ? Infinity : split.allowance(free))
    }
    return Math.min(free, this.#leftOfLimit())
  }

  /** Whether its concurrency limit, and nothing else, lets no more calls through. */
  get isAtLimit(): boolean {
    return this.#leftOfLimit() <= 0
  }

  /** Why an instance could not be chosen; null when it could. */
  exclusionOf(member: PoolMember): ExclusionCode | null {
    const own = member.exclusion()
    if (own !== null) return own
    if (this.isAtLimit) return 'module_limited'
    return this.#open().includes(this.#groupOf(member)) ? null : 'version_held_back'
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
    for (const group of this.#open()) if (hasRoom(group)) return true
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
    choice.group.policy.confirm(choice.group.callable, choice.index)
    this.#fresh?.split.confirm(choice.group === this.#fresh)
    return choice.member.take(this.#now, isOutside)
  }

  #leftOfLimit(): number {
    const limit = this.#limit()
    return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - this.inFlight)
  }

  #groupOf(member: PoolMember): Group {
    return this.#fresh?.split.isFresh(member.instance) ? this.#fresh : this.#main
  }

  /**
   * The groups that may be given the next call, the one whose turn it is first. A new version never gets more than its share
   * because the old one is full, but all when nothing of the old one may be called; a full one leaves its turn to the old.
   */
  #open(): readonly Group[] {
    if (!this.#fresh) return this.#onlyMain
    const { split } = this.#fresh
    if (split.isDue) return [this.#fresh, this.#main]
    return split.share > 0 && this.#main.callable.length === 0 ? [this.#fresh] : this.#onlyMain
  }

  #chooseAsSeen(): PoolChoice | null {
    for (const group of this.#open()) {
      const choice = group.policy.choose(group.callable)
      const member = choice && group.callable[choice.index]
      if (member) {
        return { member, group, index: choice.index, probability: choice.probability * this.#turnOf(group) }
      }
    }
    return null
  }

  /** How likely it is the turn of a group: its share of a cycle, or all of it while the other could take nothing. */
  #turnOf(group: Group): number {
    if (!this.#fresh) return 1
    const { share } = this.#fresh.split
    if (group === this.#fresh) return this.#main.callable.length === 0 ? 1 : share
    return hasRoom(this.#fresh) ? 1 - share : 1
  }
}

function freeOf({ callable }: Group): number {
  let free = 0
  for (const member of callable) free += member.freeSlots
  return free
}

function hasRoom({ callable }: Group): boolean {
  for (const member of callable) if (member.canTake()) return true
  return false
}
