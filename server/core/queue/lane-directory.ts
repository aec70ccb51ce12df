import type { Lane, TaskStore } from './task-store.ts'

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

  /** The lane of these, made on first use. */
  async ensure(tenantId: string, taskType: string, pinnedModuleId: string | null): Promise<Lane> {
    const key = keyOf(tenantId, taskType, pinnedModuleId)
    let lane = this.#byKey.get(key)
    if (!lane) {
      lane = this.#store.ensureLane(tenantId, taskType, pinnedModuleId)
      this.#byKey.set(key, lane)
      lane.then(made => this.#remember(made)).catch(() => this.#byKey.delete(key))
    }
    return lane
  }

  #remember(lane: Lane): void {
    this.#byId.set(lane.id, lane)
    this.#byKey.set(keyOf(lane.tenantId, lane.taskType, lane.pinnedModuleId), Promise.resolve(lane))
  }
}

function keyOf(tenantId: string, taskType: string, pinnedModuleId: string | null): string {
  return `${tenantId} ${taskType} ${pinnedModuleId ?? ''}`
}
