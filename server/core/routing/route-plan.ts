import type { ServiceGoal } from '../../contracts/learning.ts'
import type { InstancePool } from '../balancing/instance-pool.ts'
import type { Evidence, ServiceKey } from '../brain/service-record.ts'
import type { ServiceRecord } from '../brain/service-records.ts'
import { referenceOf, type ScoredService, scoreWeights, serviceScore } from '../brain/service-score.ts'
import type { ModulePauses } from '../queue/pause-board.ts'
import type { ModuleRecord } from '../registry/module-record.ts'

/** Up to so many instances of one type, health and breakers are asked at every decision. */
const alwaysLookedAt = 32
/** With more, they are asked again when the last answer is this old; the chosen one always is. */
const lookIntervalMs = 50

/** A module in the ranking of one task type. */
export class PlannedModule implements ScoredService {
  readonly module: ModuleRecord
  readonly pool: InstancePool
  /** As of the last ranking, 0-1; null while the module is disabled. */
  score: number | null = null
  readonly #record: ServiceRecord
  readonly #pauses: ModulePauses

  constructor(module: ModuleRecord, pool: InstancePool, record: ServiceRecord, pauses: ModulePauses) {
    this.module = module
    this.pool = pool
    this.#record = record
    this.#pauses = pauses
  }

  /** Whether operators hold its work back. */
  get isPaused(): boolean {
    return this.#pauses.isModulePaused(this.module.tenantId, this.module.id)
  }

  get evidence(): Evidence {
    return this.#record.evidence
  }

  get costPerHourUsd(): number {
    return this.module.costPerHourUsd
  }

  get preference(): number {
    return this.module.preference
  }
}

/**
 * The modules that have one capability, kept in order of their scores. Made from the registry's list for the type and
 * replaced with it; ranking again is cheap because the order seldom changes.
 */
export class RoutePlan {
  readonly taskType: string
  /** How old a look at health and breakers may be for this type. */
  readonly maxLookAgeMs: number
  readonly #enabled: PlannedModule[]
  readonly #all: PlannedModule[]

  constructor(
    taskType: string,
    modules: readonly ModuleRecord[],
    sources: {
      poolOf: (module: ModuleRecord) => InstancePool
      recordOf: (key: ServiceKey) => ServiceRecord
      pauses: ModulePauses
    },
  ) {
    this.taskType = taskType
    const planned = modules.map(module => {
      const record = sources.recordOf({ tenantId: module.tenantId, taskType, moduleId: module.id })
      return new PlannedModule(module, sources.poolOf(module), record, sources.pauses)
    })
    this.#enabled = planned.filter(({ module }) => module.enabled)
    this.#all = [...this.#enabled, ...planned.filter(({ module }) => !module.enabled)]
    const instances = this.#enabled.reduce((sum, { pool }) => sum + pool.members.length, 0)
    this.maxLookAgeMs = instances <= alwaysLookedAt ? 0 : lookIntervalMs
  }

  get enabled(): readonly PlannedModule[] {
    return this.#enabled
  }

  /** All modules by what is known now, best first, equal scores by id; disabled ones last. Valid until the next call. */
  rank(goal: ServiceGoal): readonly PlannedModule[] {
    const reference = referenceOf(this.#enabled)
    for (const planned of this.#enabled) planned.score = serviceScore(planned, reference, scoreWeights[goal])
    for (let end = 1; end < this.#enabled.length; end++) this.#sink(end)
    return this.#all
  }

  /** Insertion sort, in place: linear while the order holds, as it nearly always does. */
  #sink(end: number): void {
    const moved = this.#enabled[end]
    if (!moved) return
    let place = end
    for (let before = this.#enabled[place - 1]; before && isBetter(moved, before); before = this.#enabled[place - 1]) {
      this.#put(place, before)
      place -= 1
    }
    if (place !== end) this.#put(place, moved)
  }

  #put(place: number, planned: PlannedModule): void {
    this.#enabled[place] = planned
    this.#all[place] = planned
  }
}

function isBetter(one: PlannedModule, other: PlannedModule): boolean {
  const difference = (one.score ?? 0) - (other.score ?? 0)
  return difference === 0 ? one.module.id < other.module.id : difference > 0
}
