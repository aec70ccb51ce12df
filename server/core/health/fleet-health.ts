import type { CatalogChange, InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import { roundScore, stateOf } from './aggregate.ts'
import type { HealthReading } from './health-board.ts'
import { InstanceHealth, type InstanceHealthOptions, unknownReading } from './instance-health.ts'

/** One instance under observation. */
export interface ObservedInstance {
  readonly tenantId: string
  readonly moduleId: string
  record: InstanceRecord
  readonly health: InstanceHealth
}

/** One module under observation with its instances. */
export class ObservedModule {
  record: ModuleRecord
  readonly instances = new Map<string, ObservedInstance>()
  #reading: HealthReading | null = null
  #state: HealthReading['state'] = 'unknown'
  #since: number | null = null

  constructor(record: ModuleRecord) {
    this.record = record
  }

  /**
   * Mean of its instances' scores by capacity; instances of which nothing was seen do not count, nor do those out of rotation
   * while any is in it.
   */
  get reading(): HealthReading {
    this.#reading ??= this.#read()
    return this.#reading
  }

  /** Since when the state of the reading has been what it is, in ms since the epoch; null while nothing was seen. */
  get since(): number | null {
    return this.reading.state === 'unknown' ? null : this.#since
  }

  /** Has the reading made anew after an instance changed. */
  touch(): void {
    this.#reading = null
  }

  #read(): HealthReading {
    const all = [...this.instances.values()]
    const inRotation = all.filter(({ record }) => record.out === null)
    const reading = combine(inRotation.length > 0 ? inRotation : all)
    if (reading.state !== this.#state) this.#since = reading.at
    this.#state = reading.state
    return reading
  }
}

/** All modules of all tenants under observation, in step with the registry. */
export class FleetHealth {
  readonly #tenants = new Map<string, Map<string, ObservedModule>>()
  readonly #options: InstanceHealthOptions

  constructor(options: InstanceHealthOptions) {
    this.#options = options
  }

  module(tenantId: string, moduleId: string): ObservedModule | undefined {
    return this.#tenants.get(tenantId)?.get(moduleId)
  }

  modules(tenantId: string): Iterable<ObservedModule> {
    return this.#tenants.get(tenantId)?.values() ?? []
  }

  tenants(): Iterable<string> {
    return this.#tenants.keys()
  }

  /** Takes in a change of the registry. Tells which instances are new and which are gone; the others keep their evidence. */
  apply(change: CatalogChange): { joined: ObservedInstance[]; left: ObservedInstance[] } {
    const { tenantId, moduleId, after } = change
    const observed = this.module(tenantId, moduleId)
    if (!after) {
      this.#tenants.get(tenantId)?.delete(moduleId)
      return { joined: [], left: [...(observed?.instances.values() ?? [])] }
    }
    const module = observed ?? this.#add(after)
    module.record = after
    module.touch()
    const remaining = new Map(after.instances.map(instance => [instance.id, instance]))
    const left = [...module.instances.values()].filter(instance => !remaining.has(instance.record.id))
    for (const instance of left) module.instances.delete(instance.record.id)
    const joined: ObservedInstance[] = []
    for (const record of remaining.values()) {
      const known = module.instances.get(record.id)
      if (known) {
        known.record = record
        continue
      }
      const instance = { tenantId, moduleId, record, health: new InstanceHealth(this.#options) }
      module.instances.set(record.id, instance)
      joined.push(instance)
    }
    return { joined, left }
  }

  #add(record: ModuleRecord): ObservedModule {
    const module = new ObservedModule(record)
    const tenant = this.#tenants.get(record.tenantId) ?? new Map<string, ObservedModule>()
    this.#tenants.set(record.tenantId, tenant.set(record.id, module))
    return module
  }
}

function combine(instances: readonly ObservedInstance[]): HealthReading {
  let [sum, weight, at, healthy] = [0, 0, 0, 0]
  let worst: { score: number; reason: string; endpoint: string } | null = null
  for (const { record, health } of instances) {
    const { score, reason, state, at: seenAt } = health.reading
    if (score === null) continue
    sum += score * record.capacity
    weight += record.capacity
    at = Math.max(at, seenAt ?? 0)
    if (state === 'healthy') healthy += 1
    if (worst === null || score < worst.score) worst = { score, reason, endpoint: record.endpoint }
  }
  if (worst === null || weight === 0)
    return instances.length === 0 ? { ...unknownReading, reason: 'It has no instances' } : unknownReading
  const score = roundScore(sum / weight)
  const summary =
    instances.length === 1
      ? worst.reason
      : healthy === instances.length
        ? `All ${healthy} instances are healthy`
        : `${healthy} of ${instances.length} instances are healthy; the worst, ${worst.endpoint}: ${worst.reason}`
  return { state: stateOf(score), score, reason: summary, at }
}
