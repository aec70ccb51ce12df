import type { CatalogChange, ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { Execution } from './execution.ts'

export interface GiveUpWatchOptions {
  catalog: Pick<ModuleCatalog, 'tenants' | 'list' | 'get' | 'onChange'>
  /** Every call of this replica. */
  executing: () => Iterable<Pick<Execution, 'task' | 'call' | 'stop'>>
  clock: Clock
  logger: Logger
}

/**
 * Ends calls that still run on something taken out of service when their time is over. Their tasks go back into the queue
 * without having used an attempt, and run elsewhere. The time stands in the module's record, so each replica does it for its
 * own calls, after a restart too.
 */
export class GiveUpWatch {
  readonly #options: GiveUpWatchOptions
  readonly #timers = new Map<string, () => void>()
  #stopFollowing = () => {}

  constructor(options: GiveUpWatchOptions) {
    this.#options = options
  }

  /** To be called after the registry was started. */
  start(): void {
    const { catalog } = this.#options
    for (const tenantId of catalog.tenants()) for (const module of catalog.list(tenantId)) this.#plan(module)
    this.#stopFollowing = catalog.onChange((change: CatalogChange) => {
      this.#cancel(change.tenantId, change.moduleId)
      if (change.after) this.#plan(change.after)
    })
  }

  stop(): void {
    this.#stopFollowing()
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
  }

  /** Looks again at the next moment at which something of the module is given up. */
  #plan({ tenantId, id, disabled, instances }: ModuleRecord): void {
    const now = this.#options.clock.now()
    const moments = [disabled, ...instances.map(({ out }) => out)].flatMap(out => out?.giveUpAt ?? [])
    const next = Math.min(...moments.filter(at => at > now))
    if (next === Number.POSITIVE_INFINITY) return
    this.#timers.set(
      `${tenantId}\n${id}`,
      this.#options.clock.setTimer(next - now, () => this.#giveUp(tenantId, id)),
    )
  }

  #cancel(tenantId: string, moduleId: string): void {
    const key = `${tenantId}\n${moduleId}`
    this.#timers.get(key)?.()
    this.#timers.delete(key)
  }

  #giveUp(tenantId: string, moduleId: string): void {
    const { catalog, executing, clock, logger } = this.#options
    this.#cancel(tenantId, moduleId)
    const module = catalog.get(tenantId, moduleId)
    if (!module) return
    const now = clock.now()
    const isOver = (out: { giveUpAt: number | null } | null) => out?.giveUpAt != null && out.giveUpAt <= now
    const given = new Set(
      module.instances.filter(({ out }) => isOver(module.disabled) || isOver(out)).map(({ id }) => id),
    )
    for (const execution of executing()) {
      const route = execution.call?.route
      if (execution.task.tenantId !== tenantId || route?.module.id !== moduleId) continue
      if (!given.has(route.instance.id)) continue
      logger.info({ taskId: execution.task.id, moduleId }, 'a call on something taken out of service is given up')
      execution.stop({ kind: 'drained' })
    }
    this.#plan(module)
  }
}
