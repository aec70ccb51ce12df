import type { BreakerChangeView, BreakerView, ListBreakerChanges } from '../../contracts/breakers.ts'
import type { Page } from '../../contracts/common.ts'
import type { EventView } from '../../contracts/events.ts'
import type { BreakerConfig, ModuleView } from '../../contracts/modules.ts'
import type { EventPublisher, EventSubscriber } from '../events/event-log.ts'
import type { BreakerOperations, NewEvent } from '../operations.ts'
import type { CatalogChange, ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import { SerialByKey } from '../registry/serial-by-key.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import type { BreakerBoard, BreakerChange, BreakerKey, ForcedState, LocalBreaker } from './breaker-board.ts'
import type { BreakerFleet } from './breaker-fleet.ts'
import type { BreakerJournal } from './breaker-journal.ts'

/** An operator's hold on a breaker, as it is kept over restarts. */
export interface BreakerHold extends BreakerKey {
  forced: ForcedState
}

/** Where holds are kept. Each write is one transaction with its audit row and event. */
export interface BreakerHoldStore {
  load(): Promise<BreakerHold[]>
  set(by: Principal, hold: BreakerHold, event: NewEvent): Promise<void>
  /** Forgets the holds of these breakers; the audit row is written whether there was one or not. */
  clear(by: Principal, keys: readonly BreakerKey[], reason: string, events: readonly NewEvent[]): Promise<void>
}

export interface BreakerServicePorts {
  board: BreakerBoard
  catalog: ModuleCatalog
  holds: BreakerHoldStore
  events: EventPublisher & EventSubscriber
  clock: Clock
  replicaId: string
  journal: Pick<BreakerJournal, 'add' | 'drain' | 'list'>
  /** What the replicas make of a breaker together. */
  fleet: BreakerFleet
  /** Changes a module's thresholds as an edit of its configuration. */
  updateModule: (
    by: Principal,
    input: { id: string; configVersion: number; breaker: BreakerConfig },
  ) => Promise<ModuleView>
}

const eventOfState = { open: 'circuit.opened', half_open: 'circuit.half_opened', closed: 'circuit.closed' } as const

/** Keeps one breaker per registered instance, tells of their changes, and carries out what operators do with them. */
export class BreakerService implements BreakerOperations {
  /** What the replicas make of these breakers together. */
  readonly fleet: BreakerFleet
  readonly #ports: BreakerServicePorts
  readonly #serial = new SerialByKey()
  #stopListening: (() => void)[] = []

  constructor(ports: BreakerServicePorts) {
    this.#ports = ports
    this.fleet = ports.fleet
  }

  /** Makes the breakers of all instances, with the holds that were in force. */
  async start(): Promise<void> {
    const { board, catalog, holds, events } = this.#ports
    for (const tenantId of catalog.tenants()) {
      for (const module of catalog.list(tenantId))
        this.#follow({ tenantId, moduleId: module.id, before: null, after: module })
    }
    for (const hold of await holds.load()) {
      if (this.#exists(hold)) board.force(hold, hold.forced)
    }
    this.#stopListening = [
      catalog.onChange(change => this.#follow(change)),
      board.onChange(change => this.#tell(change)),
      events.subscribe('circuit.reset', event => this.#whenResetElsewhere(event)),
    ]
    await this.fleet.start()
    board.start()
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopListening) stop()
    this.#ports.board.stop()
    await Promise.all([this.fleet.stop(), this.#ports.journal.drain()])
  }

  /** Takes in holds that other replicas have set or taken back; in turn with those set here. */
  refreshHolds(): Promise<void> {
    return this.#serial.run('holds', async () => {
      const { board, catalog, holds } = this.#ports
      const held = new Map((await holds.load()).map(hold => [keyText(hold), hold]))
      for (const tenantId of catalog.tenants()) {
        for (const { moduleId, instanceId, forced } of board.list(tenantId)) {
          const key = { tenantId, moduleId, instanceId }
          const hold = held.get(keyText(key))
          if (!hold && forced) this.#resetHere(key, forced.by, 'taken back on another replica')
          if (hold && Date.parse(forced?.at ?? '') !== hold.forced.at) board.force(key, hold.forced)
        }
      }
    })
  }

  list(tenantId: string): BreakerView[] {
    return this.#ports.board.list(tenantId).map(breaker => this.#withOthers(tenantId, breaker))
  }

  get(tenantId: string, moduleId: string, instanceId: string): BreakerView {
    const view = this.#ports.board.view({ tenantId, moduleId, instanceId })
    if (!view) {
      throw new QuarterdeckError('BREAKER_NOT_FOUND', {
        message: `There is no breaker for instance ${instanceId} of module ${moduleId}.`,
        action: 'Look the instance up on its module.',
      })
    }
    return this.#withOthers(tenantId, view)
  }

  timeline(tenantId: string, query: ListBreakerChanges): Promise<Page<BreakerChangeView>> {
    return this.#ports.journal.list(tenantId, query)
  }

  async force(
    by: Principal,
    target: { moduleId: string; instanceId: string },
    hold: { state: 'open' | 'closed'; reason: string; expiresInMs: number | null },
  ): Promise<BreakerView> {
    const key = { tenantId: by.tenantId, ...target }
    this.get(key.tenantId, key.moduleId, key.instanceId)
    const at = this.#ports.clock.now()
    const forced: ForcedState = {
      state: hold.state,
      by: by.name,
      reason: hold.reason,
      at,
      expiresAt: hold.expiresInMs === null ? null : at + hold.expiresInMs,
    }
    const event = this.#event(key, 'circuit.forced', { state: hold.state, by: by.name, reason: hold.reason })
    await this.#serial.run('holds', async () => {
      await this.#ports.holds.set(by, { ...key, forced }, event)
      this.#ports.board.force(key, forced)
    })
    this.#ports.events.wake()
    return this.get(key.tenantId, key.moduleId, key.instanceId)
  }

  async reset(by: Principal, target: { moduleId: string; instanceId: string }, reason: string): Promise<BreakerView> {
    const key = { tenantId: by.tenantId, ...target }
    this.get(key.tenantId, key.moduleId, key.instanceId)
    await this.#reset(by, [key], reason)
    return this.get(key.tenantId, key.moduleId, key.instanceId)
  }

  async resetAll(by: Principal, reason: string): Promise<number> {
    const keys = this.list(by.tenantId).map(({ moduleId, instanceId }) => ({
      tenantId: by.tenantId,
      moduleId,
      instanceId,
    }))
    await this.#reset(by, keys, reason)
    return keys.length
  }

  configure(
    by: Principal,
    input: { moduleId: string; configVersion: number; breaker: BreakerConfig },
  ): Promise<ModuleView> {
    const { moduleId: id, configVersion, breaker } = input
    return this.#ports.updateModule(by, { id, configVersion, breaker })
  }

  async #reset(by: Principal, keys: readonly BreakerKey[], reason: string): Promise<void> {
    const events = keys.map(key => this.#event(key, 'circuit.reset', { by: by.name, reason }))
    await this.#serial.run('holds', async () => {
      await this.#ports.holds.clear(by, keys, reason, events)
      for (const key of keys) this.#resetHere(key, by.name, reason)
    })
    this.#ports.events.wake()
  }

  #resetHere(key: BreakerKey, by: string, reason: string): void {
    this.fleet.clear(key)
    this.#ports.board.reset(key, by, reason)
  }

  #withOthers(tenantId: string, breaker: LocalBreaker): BreakerView {
    const { moduleId, instanceId } = breaker
    return { ...breaker, replicas: this.fleet.viewsOf({ tenantId, moduleId, instanceId }) }
  }

  /** Every replica has a breaker of its own for an instance; a reset is meant for all of them. */
  #whenResetElsewhere({ tenantId, moduleId, instanceId, data }: EventView & { tenantId: string }): void {
    if (data['replicaId'] === this.#ports.replicaId || moduleId === null || instanceId === null) return
    const key = { tenantId, moduleId, instanceId }
    if (this.#exists(key)) this.#resetHere(key, String(data['by']), String(data['reason']))
  }

  #follow(change: CatalogChange): void {
    const { board } = this.#ports
    const { tenantId, moduleId } = change
    for (const instance of change.before?.instances ?? []) {
      if (change.after?.instances.some(other => other.id === instance.id)) continue
      const key = { tenantId, moduleId, instanceId: instance.id }
      board.remove(key)
      this.fleet.forget(key)
    }
    if (change.after) this.#configure(change.after)
  }

  #configure(module: ModuleRecord): void {
    for (const instance of module.instances) {
      this.#ports.board.configure(
        { tenantId: module.tenantId, moduleId: module.id, instanceId: instance.id },
        module.breaker,
        {
          moduleName: module.name,
          endpoint: instance.endpoint,
        },
      )
    }
  }

  #exists(key: BreakerKey): boolean {
    return this.#ports.board.view(key) !== null
  }

  /** Events of holds and resets are written with them; here only changes of state are told. */
  #tell(change: BreakerChange): void {
    const { key, transition, cause, calls } = change
    this.#ports.journal.add(change)
    if (transition.from === transition.to) return
    this.#ports.events.publish({
      ...this.#event(key, eventOfState[transition.to], {
        from: transition.from,
        reason: transition.reason,
        cause,
        calls,
      }),
      priority: transition.to === 'open' ? 2 : 4,
    })
  }

  #event(key: BreakerKey, type: NewEvent['type'], data: Record<string, unknown>): NewEvent {
    const { replicaId } = this.#ports
    const { tenantId, moduleId, instanceId } = key
    return { tenantId, type, priority: 3, moduleId, instanceId, data: { ...data, replicaId } }
  }
}

function keyText({ tenantId, moduleId, instanceId }: BreakerKey): string {
  return `${tenantId}\n${moduleId}\n${instanceId}`
}
