import type { ChangePause, PauseScope, PauseView } from '../../contracts/queues.ts'
import type { EventPublisher, EventSubscriber } from '../events/event-log.ts'
import type { NewEvent } from '../operations.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import type { Principal } from '../shared/principal.ts'
import type { Lane } from './lane.ts'

/** A part of a tenant's queue that is held back. */
export interface Pause {
  tenantId: string
  scope: PauseScope
  /** The module or task type; empty for all. */
  targetId: string
  reason: string
  by: string
  /** Milliseconds since the epoch. */
  at: number
}

export type PauseKey = Pick<Pause, 'tenantId' | 'scope' | 'targetId'>

/** Where pauses are kept; each change with its audit row and its event in one transaction. */
export interface PauseStore {
  loadAll(): Promise<Pause[]>
  set(by: Principal, pause: Pause, event: NewEvent): Promise<void>
  /** Answers whether there was one. */
  clear(by: Principal, key: PauseKey, reason: string, event: NewEvent): Promise<boolean>
}

/** What routing asks of it. */
export interface ModulePauses {
  isModulePaused(tenantId: string, moduleId: string): boolean
}

/** For where nothing is ever paused. */
export const noPauses: ModulePauses = { isModulePaused: () => false }

export interface PauseBoardOptions {
  store: PauseStore
  events: EventPublisher & EventSubscriber
  catalog: Pick<ModuleCatalog, 'get' | 'capableOf'>
  clock: Clock
  logger: Logger
}

const reloadRetryMs = 1_000

/**
 * What operators hold back: everything, the work of a module, or the tasks of a type. Paused work stays queued and its
 * deadlines count; running work goes on. Answers are from memory; a change made on another replica arrives by its event.
 */
export class PauseBoard implements ModulePauses {
  readonly #options: PauseBoardOptions
  readonly #listeners = new Set<() => void>()
  #pauses = new Map<string, Pause>()
  /** Counts changes made here, so that a reload that began before one is made again. */
  #changes = 0
  #cancelRetry: (() => void) | null = null
  #stopListening: (() => void) | null = null

  constructor(options: PauseBoardOptions) {
    this.#options = options
  }

  /** Loads what is held back, and follows what other replicas change. */
  async start(): Promise<void> {
    this.#stopListening = this.#options.events.subscribe('queue.*', () => void this.#reload())
    this.#put(await this.#options.store.loadAll())
  }

  stop(): void {
    this.#stopListening?.()
    this.#cancelRetry?.()
  }

  /** Holds a part back, or gives a pause that is in force a new reason. Throws MODULE_NOT_FOUND, TASK_TYPE_UNKNOWN. */
  async pause(by: Principal, input: ChangePause): Promise<PauseView> {
    this.#requireTarget(by.tenantId, input)
    const { store, clock, events } = this.#options
    const pause: Pause = { ...keyOf(by.tenantId, input), reason: input.reason, by: by.name, at: clock.now() }
    await store.set(by, pause, eventOf('queue.paused', pause, by, input.reason))
    events.wake()
    this.#changes++
    this.#pauses.set(mapKey(pause), pause)
    this.#tell()
    return toView(pause)
  }

  /** Lets it go on. Throws PAUSE_NOT_FOUND. */
  async resume(by: Principal, input: ChangePause): Promise<void> {
    const { store, events } = this.#options
    const key = keyOf(by.tenantId, input)
    const wasPaused = await store.clear(by, key, input.reason, eventOf('queue.resumed', key, by, input.reason))
    if (!wasPaused) {
      throw new QuarterdeckError('PAUSE_NOT_FOUND', {
        message: `${describeTarget(key)} is not paused.`,
        action: 'Look at queues.pauses for what is.',
      })
    }
    events.wake()
    this.#changes++
    this.#pauses.delete(mapKey(key))
    this.#tell()
  }

  /** What is held back, the newest first. */
  list(tenantId: string): PauseView[] {
    return [...this.#pauses.values()]
      .filter(pause => pause.tenantId === tenantId)
      .sort((a, b) => b.at - a.at)
      .map(toView)
  }

  isModulePaused(tenantId: string, moduleId: string): boolean {
    return this.#pauses.size > 0 && this.#has(tenantId, 'module', moduleId)
  }

  /** Whether no task of a lane may be started now, whatever module could take it. */
  holds({ tenantId, taskType }: Pick<Lane, 'tenantId' | 'taskType'>): boolean {
    return this.#pauses.size > 0 && (this.#has(tenantId, 'all', '') || this.#has(tenantId, 'type', taskType))
  }

  /** Told after every change; the listener must not throw. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #has(tenantId: string, scope: PauseScope, targetId: string): boolean {
    return this.#pauses.has(mapKey({ tenantId, scope, targetId }))
  }

  #put(pauses: readonly Pause[]): void {
    this.#pauses = new Map(pauses.map(pause => [mapKey(pause), pause]))
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  async #reload(): Promise<void> {
    const { store, clock, logger } = this.#options
    const changes = this.#changes
    try {
      const pauses = await store.loadAll()
      if (changes !== this.#changes) return void this.#reload()
      this.#put(pauses)
      this.#tell()
    } catch (error) {
      logger.warn({ error }, 'what is paused could not be read; trying again')
      this.#cancelRetry?.()
      this.#cancelRetry = clock.setTimer(reloadRetryMs, () => void this.#reload())
    }
  }

  #requireTarget(tenantId: string, input: ChangePause): void {
    const { catalog } = this.#options
    if (input.scope === 'module' && !catalog.get(tenantId, input.id)) {
      throw new QuarterdeckError('MODULE_NOT_FOUND', {
        message: `There is no module ${input.id}.`,
        action: 'Check the spelling; modules.list names all there are.',
      })
    }
    if (input.scope === 'type' && catalog.capableOf(tenantId, input.id).length === 0) {
      throw new QuarterdeckError('TASK_TYPE_UNKNOWN', {
        message: `No module can run tasks of type ${input.id}.`,
        action: 'Check the spelling; modules.list names the types of each module.',
      })
    }
  }
}

function keyOf(tenantId: string, input: ChangePause): PauseKey {
  return { tenantId, scope: input.scope, targetId: input.scope === 'all' ? '' : input.id }
}

function mapKey({ tenantId, scope, targetId }: PauseKey): string {
  return `${tenantId} ${scope} ${targetId}`
}

function toView({ scope, targetId, reason, by, at }: Pause): PauseView {
  return { scope, id: scope === 'all' ? null : targetId, reason, by, at: new Date(at).toISOString() }
}

function describeTarget({ scope, targetId }: PauseKey): string {
  return scope === 'all' ? 'The queue' : `${scope === 'module' ? 'Module' : 'Type'} ${targetId}`
}

function eventOf(
  type: 'queue.paused' | 'queue.resumed',
  { tenantId, scope, targetId }: PauseKey,
  by: Principal,
  reason: string,
): NewEvent {
  return {
    tenantId,
    type,
    priority: 3,
    moduleId: scope === 'module' ? targetId : null,
    data: { scope, id: scope === 'all' ? null : targetId, reason, by: by.name },
  }
}
