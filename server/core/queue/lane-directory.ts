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
  /** By tenant, type and pinned module, then the few sizes: a key joined for each look-up cost more than the look-up. */
  readonly #byPurpose = new Map<string, Map<string, Map<string | null, Lane[]>>>()
  readonly #making = new Map<string, Promise<Lane>>()

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

  /** The lane for this; undefined when this replica knows of none yet. */
  find({ tenantId, taskType, pinnedModuleId = null, resources = noResources }: LanePurpose): Lane | undefined {
    const sizes = this.#byPurpose.get(tenantId)?.get(taskType)?.get(pinnedModuleId)
    return sizes?.find(lane => lane.resources.cpu === resources.cpu && lane.resources.memoryMb === resources.memoryMb)
  }

  /** The lane for this, made on first use. Rejects with RESOURCE_SIZES_EXCEEDED for one size too many of a type. */
  async ensure(purpose: LanePurpose): Promise<Lane> {
    const known = this.find(purpose)
    if (known) return known
    const key = keyOf(purpose)
    let making = this.#making.get(key)
    if (!making) {
      this.#checkSizes(purpose)
      making = this.#make(purpose).finally(() => this.#making.delete(key))
      this.#making.set(key, making)
    }
    return making
  }

  async #make(purpose: LanePurpose): Promise<Lane> {
    const lane = await this.#store.ensureLane(purpose)
    this.#remember(lane)
    return lane
  }

  #remember(lane: Lane): void {
    this.#byId.set(lane.id, lane)
    const types = getOrAdd(this.#byPurpose, lane.tenantId, () => new Map<string, Map<string | null, Lane[]>>())
    const pins = getOrAdd(types, lane.taskType, () => new Map<string | null, Lane[]>())
    getOrAdd(pins, lane.pinnedModuleId, () => []).push(lane)
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

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
