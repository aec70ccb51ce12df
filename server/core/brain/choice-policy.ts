import type { ChoicePolicyView, ServiceGoal, SetChoicePolicy } from '../../contracts/learning.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import type { Companion, CompanionMove } from '../shared/companion.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import { defaultExplorationRate, type ExplorationPolicy } from './exploration.ts'

/** What operators want of the choice of services for a task type. Read at every decision. */
export interface ServiceWishes {
  /** The module it is pinned to; null without a pin. */
  pinOf(tenantId: string, taskType: string): string | null
  goalOf(tenantId: string, taskType: string): ServiceGoal
}

/** Where each tenant's rules for choosing services are kept. */
export interface ChoicePolicyStore {
  loadAll(): Promise<{ tenantId: string; policy: ChoicePolicyView }[]>
  /**
   * Writes them with an audit row, and with the companion's move, when `policy.version` is still the current one; answers the new
   * version, or null. Throws SUGGESTION_CHANGED when the companion has moved already.
   */
  save(by: Principal, policy: ChoicePolicyView, companion?: CompanionMove): Promise<number | null>
}

export const defaultChoicePolicy: ChoicePolicyView = {
  version: 0,
  explorationRate: defaultExplorationRate,
  pins: {},
  goals: {},
}

/** How services are chosen beside their scores: how often others are explored, which types are pinned, and what
 * types are to be best in. Versioned. */
export class ChoicePolicies implements ExplorationPolicy, ServiceWishes {
  readonly #store: ChoicePolicyStore
  readonly #catalog: Pick<ModuleCatalog, 'capableOf'>
  readonly #policies = new Map<string, ChoicePolicyView>()

  constructor(options: { store: ChoicePolicyStore; catalog: Pick<ModuleCatalog, 'capableOf'> }) {
    this.#store = options.store
    this.#catalog = options.catalog
  }

  /** Reads what is stored, at start and whenever another replica has changed it. */
  async refresh(): Promise<void> {
    for (const { tenantId, policy } of await this.#store.loadAll()) {
      // A change of our own may have been committed after this was read.
      if (policy.version >= this.of(tenantId).version) this.#policies.set(tenantId, policy)
    }
  }

  of(tenantId: string): ChoicePolicyView {
    return this.#policies.get(tenantId) ?? defaultChoicePolicy
  }

  rate(tenantId: string): number {
    return this.of(tenantId).explorationRate
  }

  pinOf(tenantId: string, taskType: string): string | null {
    const { pins } = this.of(tenantId)
    return Object.hasOwn(pins, taskType) ? (pins[taskType] ?? null) : null
  }

  goalOf(tenantId: string, taskType: string): ServiceGoal {
    const { goals } = this.of(tenantId)
    return Object.hasOwn(goals, taskType) ? (goals[taskType] ?? 'balanced') : 'balanced'
  }

  /** Throws VERSION_CONFLICT, and MODULE_CANNOT_RUN_TYPE for a new pin to a module without the capability. */
  async set(by: Principal, edit: SetChoicePolicy, along?: Companion<ChoicePolicyView>): Promise<ChoicePolicyView> {
    const { tenantId } = by
    for (const [taskType, moduleId] of Object.entries(edit.pins)) {
      if (this.pinOf(tenantId, taskType) !== moduleId) this.#requireCapable(tenantId, taskType, moduleId)
    }
    along?.check(this.of(tenantId))
    const version = await this.#store.save(by, edit, along?.move)
    if (version === null) {
      await this.refresh()
      throw new QuarterdeckError('VERSION_CONFLICT', {
        message: 'How services are chosen was changed by somebody else in the meantime.',
        action: 'Load it again and repeat the change on what is there now.',
        details: { currentVersion: this.of(tenantId).version },
      })
    }
    const saved = { ...edit, version }
    this.#policies.set(tenantId, saved)
    return saved
  }

  #requireCapable(tenantId: string, taskType: string, moduleId: string): void {
    const capable = this.#catalog.capableOf(tenantId, taskType)
    if (capable.some(({ id }) => id === moduleId)) return
    throw new QuarterdeckError('MODULE_CANNOT_RUN_TYPE', {
      message: `No module ${moduleId} has the capability ${taskType}.`,
      action: 'Pin the type to a module that has it, or take the pin out.',
      details: { capable: capable.map(({ id }) => id) },
    })
  }
}
