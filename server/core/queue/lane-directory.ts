import { limits } from '../../contracts/common.ts'
import { needsResources, type Resources } from '../../contracts/resources.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Lane, LanePurpose } from './lane.ts'
import { noResources } from './resources.ts'
import type { TaskStore } from './task-store.ts'

/** The lanes this replica knows, by id and by what they are for. Lanes are few and are never removed. */
export class LaneDirectory {
  readonly #store: TaskStore
  readonly #byId = new Map<number, Lane>()
  readonly #byKey = new Map<string, Promise<Lane>>()

  constructor(store: TaskStore) {
    this.#store = store
  }

  /** Reads lanes that other replicas made. Answers how many are new. */
  async refresh(): Promise<number> {
    let found = 0
    for (const lane of await this.#store.lanes()) {
      if (this.#byId.has(lane.id)) continue
      this.#remember(lane)
      found++
    }
    return found
  }

  all(): IterableIterator<Lane> {
    return this.#byId.values()
  }

  get(id: number): Lane | undefined {
    return this.#byId.get(id)
  }

  /** The lane for this, made on first use. Throws RESOURCE_SIZES_EXCEEDED for one size too many of a type. */
  async ensure(purpose: LanePurpose): Promise<Lane> {
    const key = keyOf(purpose)
    let lane = this.#byKey.get(key)
    if (!lane) {
      this.#checkSizes(purpose)
      lane = this.#store.ensureLane(purpose)
      this.#byKey.set(key, lane)
      lane.then(made => this.#remember(made)).catch(() => this.#byKey.delete(key))
    }
    return lane
  }

  #remember(lane: Lane): void {
    this.#byId.set(lane.id, lane)
    this.#byKey.set(keyOf(lane), Promise.resolve(lane))
  }

  /** Lanes are never removed and all are looked at, so what callers write into them must not make them without end. */
  #checkSizes({ tenantId, taskType, resources = noResources }: LanePurpose): void {
    if (!needsResources(resources)) return
    const sizes = new Set<string>()
    for (const lane of this.#byId.values()) {
      if (lane.tenantId === tenantId && lane.taskType === taskType) sizes.add(sizeOf(lane.resources))
    }
    if (sizes.has(sizeOf(resources)) || sizes.size < limits.resourceSizesPerType) return
    throw new QuarterdeckError('RESOURCE_SIZES_EXCEEDED', {
      message: `Tasks of type ${taskType} already ask for ${sizes.size} different amounts of resources.`,
      action: 'Round what tasks ask for up to a few sizes.',
    })
  }
}

function keyOf({ tenantId, taskType, pinnedModuleId, resources = noResources }: LanePurpose): string {
  return `${tenantId} ${taskType} ${pinnedModuleId ?? ''} ${sizeOf(resources)}`
}

function sizeOf({ cpu, memoryMb }: Resources): string {
  return `${cpu}/${memoryMb}`
}
