import type { Driver } from '../queue/driver.ts'
import type { CatalogChange, ModuleCatalog } from '../registry/module-record.ts'
import { isFirstFor } from '../replicas/rendezvous.ts'
import type { CheckSignal } from '../replicas/signals.ts'
import type { Clock } from '../shared/clock.ts'
import type { Random } from '../shared/ids.ts'
import { checkInstance } from './check-instance.ts'
import { CheckScheduler } from './check-scheduler.ts'
import { FleetHealth, type ObservedInstance, type ObservedModule } from './fleet-health.ts'
import type { HealthReading } from './health-board.ts'
import type { HealthEvents } from './health-events.ts'
import type { HealthFleet } from './health-monitor.ts'
import { type InstanceReport, unknownReading } from './instance-health.ts'

export interface InstanceWatchOptions {
  catalog: ModuleCatalog
  drivers: Readonly<Record<string, Driver>>
  clock: Clock
  random: Random
  events: HealthEvents
  fleet: Pick<HealthFleet, 'place' | 'tellCheck'>
  intervalMs: number
  timeoutMs: number
  confirmMs: number
  maxConcurrentChecks: number
  /** Told after anything of a tenant's modules may have changed. */
  onChanged: (tenantId: string) => void
}

/** The third failed call in a row has the instance checked at once, but not again for this long. */
const failedCallsToCheck = 3
const hastenedCheckMs = 5_000
/** First checks after a start are spread over this long for each instance, up to the interval. */
const spreadMsPerInstance = 10
/** So many intervals after the last check that was heard of, a replica looks itself. */
const heardForIntervals = 1.5

/** Watches the instances of enabled modules: has them checked, and takes in how calls and reports say they are. */
export class InstanceWatch {
  readonly fleet: FleetHealth
  readonly #options: InstanceWatchOptions
  readonly #checks: CheckScheduler<ObservedInstance>
  #stopFollowing = () => {}

  constructor(options: InstanceWatchOptions) {
    this.#options = options
    this.fleet = new FleetHealth({ signOfLifeMs: 2 * options.intervalMs, staleMs: 3 * options.intervalMs })
    this.#checks = new CheckScheduler({
      clock: options.clock,
      maxConcurrent: options.maxConcurrentChecks,
      check: instance => this.#check(instance),
    })
  }

  /** Takes up every module of the catalog; what it holds now is checked within seconds, but not all at once. */
  start(): void {
    const { catalog, intervalMs } = this.#options
    const modules = catalog.tenants().flatMap(tenantId => catalog.list(tenantId))
    const instances = modules.reduce((count, module) => count + module.instances.length, 0)
    const spreadMs = Math.min(intervalMs, spreadMsPerInstance * instances)
    for (const after of modules) {
      this.#follow({ tenantId: after.tenantId, moduleId: after.id, before: null, after }, spreadMs)
    }
    this.#stopFollowing = catalog.onChange(change => this.#follow(change, null))
  }

  stop(): void {
    this.#stopFollowing()
    this.#checks.stop()
  }

  observeCall(tenantId: string, moduleId: string, instanceId: string, ok: boolean): void {
    const module = this.fleet.module(tenantId, moduleId)
    const instance = module?.instances.get(instanceId)
    if (!module || !instance) return
    const now = this.#options.clock.now()
    const { health } = instance
    const before = health.reading
    health.called(ok, now)
    if (health.reading !== before) this.#changed(module)
    if (ok || health.failedCallsInRow < failedCallsToCheck || !module.record.enabled) return
    if (now - (health.checkedAt ?? Number.NEGATIVE_INFINITY) >= hastenedCheckMs) this.#checks.schedule(instance, 0)
  }

  /** The given instances are said to be so. */
  report(module: ObservedModule, instances: readonly ObservedInstance[], report: InstanceReport): void {
    for (const instance of instances) instance.health.reported(report)
    this.#changed(module)
  }

  /** Takes in a check that another replica made, silently: events of it are that replica's. */
  takeCheck(check: CheckSignal): void {
    const module = this.fleet.module(check.tenantId, check.moduleId)
    const instance = module?.instances.get(check.instanceId)
    if (!module?.record.enabled || !instance) return
    const { status, load, latencyMs, reason } = check
    instance.health.checked({ status, load, latencyMs, reason }, this.#options.clock.now())
    this.#options.events.heard(module, instance, status !== 'unhealthy')
    this.#changed(module, false)
  }

  /** Checks every instance of a module now, disabled or not, and gives its reading after that. */
  async checkNow(tenantId: string, moduleId: string): Promise<HealthReading> {
    const module = this.fleet.module(tenantId, moduleId)
    if (!module) return unknownReading
    await Promise.all([...module.instances.values()].map(instance => this.#checks.checkNow(instance)))
    return module.reading
  }

  /** Lets evidence age and reports expire where nothing else does. */
  settle(): void {
    const now = this.#options.clock.now()
    for (const tenantId of this.fleet.tenants()) {
      for (const module of this.fleet.modules(tenantId)) {
        for (const instance of module.instances.values()) instance.health.settle(now)
        this.#changed(module)
      }
    }
  }

  /** Follows the registry; `spreadMs` is given for what was there at the start. */
  #follow(change: CatalogChange, spreadMs: number | null): void {
    const { joined, left } = this.fleet.apply(change)
    for (const instance of left) this.#checks.forget(instance)
    const module = this.fleet.module(change.tenantId, change.moduleId)
    if (module) {
      this.#options.events.follow(module, joined, spreadMs !== null)
      const isEnabledNow = change.before?.enabled !== true
      if (!module.record.enabled) for (const instance of module.instances.values()) this.#checks.forget(instance)
      else {
        for (const instance of isEnabledNow ? module.instances.values() : joined) {
          this.#checks.schedule(instance, this.#options.random() * (spreadMs ?? 0))
        }
      }
    }
    this.#options.onChanged(change.tenantId)
  }

  /** One check, unless it is another replica's to make; answers when to look again. */
  async #check(instance: ObservedInstance): Promise<number> {
    const { clock, fleet, intervalMs } = this.#options
    const { own, others } = fleet.place()
    const { checkedAt } = instance.health
    const heardUntil = (checkedAt ?? Number.NEGATIVE_INFINITY) + heardForIntervals * intervalMs
    const isOwn = others.length === 0 || isFirstFor(instance.record.id, own, others)
    return isOwn || clock.now() >= heardUntil ? this.#checkHere(instance) : heardUntil - clock.now()
  }

  /** Answers when the next check is due, give or take a tenth, so that checks do not fall into step. */
  async #checkHere(instance: ObservedInstance): Promise<number> {
    const { drivers, clock, random, intervalMs, timeoutMs, confirmMs, events, fleet } = this.#options
    const module = this.fleet.module(instance.tenantId, instance.moduleId)
    const driver = drivers[module?.record.driver ?? '']
    if (!module || !driver) return intervalMs
    const result = await checkInstance(driver, instance.record, clock, timeoutMs)
    if (module.instances.get(instance.record.id) === instance) {
      instance.health.checked(result, clock.now())
      events.checked(module, instance, result)
      this.#changed(module)
      const { status, load, latencyMs, reason } = result
      const { tenantId, moduleId } = instance
      const rounded = Math.round(latencyMs)
      fleet.tellCheck({ tenantId, moduleId, instanceId: instance.record.id, status, load, latencyMs: rounded, reason })
    }
    return instance.health.nextCheckDelayMs(intervalMs, confirmMs) * (0.9 + 0.2 * random())
  }

  #changed(module: ObservedModule, isTold = true): void {
    module.touch()
    this.#options.events.moduleSettled(module, isTold)
    this.#options.onChanged(module.record.tenantId)
  }
}
