import type { ExclusionCode } from '../../contracts/decisions.ts'
import type { HealthBoard, LiveHealth } from '../health/health-board.ts'
import type { InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import type { BreakerBoard, LiveBreaker } from '../resilience/breaker-board.ts'
import type { BalancedInstance } from './balancing-policy.ts'
import type { InstanceLoad, Slot } from './instance-load.ts'
import type { InstanceKey } from './load-table.ts'
import { slowStartShare } from './slow-start.ts'

export interface EligibilitySources {
  health: Pick<HealthBoard, 'of'>
  breakers: Pick<BreakerBoard, 'of'>
}

/**
 * An instance as the balancer sees it. Its calls in flight are live; health, breaker, age and what was learned are as of the
 * last `look`, which is all that costs anything.
 */
export class PoolMember implements BalancedInstance {
  readonly instance: InstanceRecord
  readonly key: InstanceKey
  readonly weight: number
  turnCredit = 0
  ramp = 1
  latencyMs: number | null = null
  failureShare = 0
  readonly #capacity: number
  readonly #load: InstanceLoad
  readonly #sources: EligibilitySources
  /** Looked up once: a member is made anew with its module's record, and the instance lives as long as that names it. */
  #health: LiveHealth | null = null
  #breaker: LiveBreaker | null = null
  #barred: ExclusionCode | null = null
  #isProbe = false

  constructor(options: {
    module: ModuleRecord
    instance: InstanceRecord
    load: InstanceLoad
    sources: EligibilitySources
  }) {
    this.instance = options.instance
    this.key = {
      tenantId: options.module.tenantId,
      moduleId: options.module.id,
      instanceId: options.instance.id,
    }
    this.#capacity = options.instance.capacity
    this.weight = options.instance.weight
    this.#load = options.load
    this.#sources = options.sources
  }

  /** Takes in how it is now, by health, breaker, age and its latest calls. */
  look(now: number): void {
    const isFresh = this.#load.isFresh(now)
    this.ramp = slowStartShare(now - this.instance.inRotationSince)
    this.latencyMs = isFresh ? this.#load.latencyMs : null
    this.failureShare = isFresh ? this.#load.failureShare : 0
    if (this.instance.out !== null) {
      this.#barred = 'instance_draining'
      return
    }
    this.#health ??= this.#findHealth()
    if (this.#health?.reading.state === 'unhealthy') {
      this.#barred = 'instance_unhealthy'
      return
    }
    this.#breaker ??= this.#sources.breakers.of(this.key)
    this.#isProbe = this.#breaker !== null && this.#breaker.state !== 'closed'
    this.#barred = this.#isProbe && this.#breaker?.admits(now) === false ? 'breaker_open' : null
  }

  #findHealth(): LiveHealth | null {
    const { tenantId, moduleId, instanceId } = this.key
    return this.#sources.health.of(tenantId, moduleId, instanceId)
  }

  /** What load is compared with: the part of its capacity that is this replica's. */
  get capacity(): number {
    return Math.max(1, this.#load.limit(this.#capacity))
  }

  get inFlight(): number {
    return this.#load.inFlight
  }

  get isBarred(): boolean {
    return this.#barred !== null
  }

  /** How many calls it could take: one at a time while its breaker is being probed, none while barred. */
  get freeSlots(): number {
    if (this.#barred !== null) return 0
    const free = Math.max(0, this.#load.limit(this.#capacity) - this.#load.inFlight)
    if (!this.#isProbe) return free
    return this.#load.isProbing ? 0 : Math.min(1, free)
  }

  canTake(): boolean {
    return this.freeSlots > 0
  }

  /** Why it could not be chosen; null when it could. */
  exclusion(): ExclusionCode | null {
    if (this.#barred !== null) return this.#barred
    if (this.freeSlots > 0) return null
    return this.#isProbe && this.#load.isProbing ? 'breaker_open' : 'instance_full'
  }

  /** Takes a slot, as a probe when its breaker is not closed. */
  take(now: () => number, isOutside: boolean): Slot {
    return this.#load.take(now, this.#isProbe, isOutside)
  }

  /** A caller who makes calls itself was sent away; told when all slots of this replica's share were taken. */
  noteMissed(): void {
    if (this.#barred === null && this.#load.inFlight >= this.#load.limit(this.#capacity)) this.#load.noteMissed()
  }
}
