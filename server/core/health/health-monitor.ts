import type { HealthMember, HealthPoint, HealthSummary, Heartbeat } from '../../contracts/health.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { HealthOperations } from '../operations.ts'
import type { Driver } from '../queue/driver.ts'
import { instanceIdOf, normalizeEndpoint } from '../registry/instance-identity.ts'
import { instanceNotFound, moduleNotFound } from '../registry/module-errors.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import type { BeatSignal, CheckSignal } from '../replicas/signals.ts'
import type { Clock } from '../shared/clock.ts'
import type { Random } from '../shared/ids.ts'
import type { Logger } from '../shared/logger.ts'
import { requireOwnModule } from '../shared/own-module.ts'
import { defaultTenantId, type Principal } from '../shared/principal.ts'
import { belowThreshold, weightedMean } from './aggregate.ts'
import type { ObservedModule } from './fleet-health.ts'
import type { HealthBoard, HealthReading, LiveHealth } from './health-board.ts'
import { HealthEvents } from './health-events.ts'
import { HealthHistory } from './health-history.ts'
import type { HealthStore } from './health-store.ts'
import { type InstanceEvidence, unknownReading } from './instance-health.ts'
import { InstanceWatch } from './instance-watch.ts'
import { OverallHealth } from './overall-health.ts'
import { type CallStats, type RecentCallStats, RecentCalls } from './recent-calls.ts'
import { type MonitoredSystem, SystemProbes } from './system-probes.ts'

export interface HealthMonitorPorts {
  catalog: ModuleCatalog
  drivers: Readonly<Record<string, Driver>>
  store: HealthStore
  events: Pick<EventPublisher, 'publish'>
  clock: Clock
  random: Random
  logger: Logger
  /** Alone when left out. */
  fleet?: HealthFleet
}

/** What watching has to know of other replicas. */
export interface HealthFleet {
  place(): { own: string; others: readonly string[] }
  /** Whether the history of the fleet's health, and events of its changes, are this replica's duty. */
  keepsHistory(): boolean
  /** A check was made here, for all. */
  tellCheck(check: CheckSignal): void
  /** An instance sent a heartbeat here. */
  tellBeat(beat: BeatSignal): void
}

const alone: HealthFleet = {
  place: () => ({ own: '', others: [] }),
  keepsHistory: () => true,
  tellCheck() {},
  tellBeat() {},
}

export interface HealthMonitorOptions {
  /** Between two checks of an instance that is well; 30 s. */
  intervalMs?: number
  /** For one check or probe; 5 s. */
  timeoutMs?: number
  /** Until a failed check, or the first one that passed again, is confirmed; 2 s. */
  confirmMs?: number
  /** 128. */
  maxConcurrentChecks?: number
  /** Between two probes of a system; 5 s. */
  systemIntervalMs?: number
}

type Report = Parameters<HealthOperations['report']>[1]

/** Changes within this time are counted together: the score is live, and a burst of calls costs one evaluation. */
const evaluateMs = 250
const historyIntervalMs = 30_000

/**
 * Watches every enabled instance by active checks, real calls and reports, and every system by its probe; answers from
 * memory; makes one score per tenant and keeps its history. Constructing starts nothing.
 */
export class HealthMonitor implements HealthBoard, HealthOperations, CallStats {
  readonly #ports: HealthMonitorPorts
  readonly #fleet: HealthFleet
  readonly #intervalMs: number
  readonly #watch: InstanceWatch
  readonly #calls: RecentCalls
  readonly #systems: SystemProbes
  readonly #overall: OverallHealth
  readonly #history: HealthHistory
  readonly #events: HealthEvents
  readonly #changedTenants = new Set<string>()
  #cancelEvaluation: (() => void) | null = null
  #cancelRecord = () => {}
  #stopForgetting = () => {}

  constructor(ports: HealthMonitorPorts, options: HealthMonitorOptions = {}) {
    const { clock } = ports
    const { intervalMs = 30_000, timeoutMs = 5_000, confirmMs = 2_000, maxConcurrentChecks = 128 } = options
    this.#ports = ports
    this.#fleet = ports.fleet ?? alone
    this.#intervalMs = intervalMs
    this.#calls = new RecentCalls(clock)
    this.#history = new HealthHistory(ports)
    this.#events = new HealthEvents(ports.events)
    this.#watch = new InstanceWatch({
      ...ports,
      fleet: this.#fleet,
      events: this.#events,
      intervalMs,
      timeoutMs,
      confirmMs,
      maxConcurrentChecks,
      onChanged: tenantId => this.#tenantChanged(tenantId),
    })
    this.#systems = new SystemProbes({
      clock,
      intervalMs: options.systemIntervalMs ?? 5_000,
      timeoutMs,
      onProbed: (after, before) => this.#systemProbed(after, before),
    })
    this.#overall = new OverallHealth({
      clock,
      members: tenantId => this.#members(tenantId),
      sides: tenantId => ({
        systems: weightedMean(this.#systems.members()),
        modules: weightedMean(scoresOf(this.#watch.fleet.modules(tenantId))),
      }),
      onBandChanged: (point, from) => {
        if (!this.#fleet.keepsHistory()) return
        this.#events.overallChanged(point, from)
        this.#history.add([point])
      },
    })
  }

  /** Adds something the fleet stands on to the score; its probe runs while the monitor is started. */
  registerSystem(system: MonitoredSystem): void {
    this.#systems.register(system)
  }

  /** Begins to check and probe, after the registry was started. A history that cannot be read is no reason not to. */
  async start(): Promise<void> {
    const { store, logger } = this.#ports
    for (const tenantId of this.#tenants()) {
      await this.#overall.resume(tenantId, store).catch((error: unknown) => {
        logger.warn({ error, tenantId }, 'The history of health could not be read')
      })
    }
    this.#watch.start()
    this.#stopForgetting = this.#ports.catalog.onChange(({ tenantId, moduleId, after }) => {
      if (after === null) this.#calls.forget(tenantId, moduleId)
    })
    this.#systems.start()
    this.#planRecord()
  }

  /** Ends all checks, probes and timers; resolves when the history is written. */
  async stop(): Promise<void> {
    this.#watch.stop()
    this.#stopForgetting()
    this.#systems.stop()
    this.#cancelRecord()
    this.#cancelEvaluation?.()
    await this.#history.settled()
  }

  of(tenantId: string, moduleId: string, instanceId: string): LiveHealth | null {
    return this.#watch.fleet.module(tenantId, moduleId)?.instances.get(instanceId)?.health ?? null
  }

  instance(tenantId: string, moduleId: string, instanceId: string): HealthReading {
    return this.of(tenantId, moduleId, instanceId)?.reading ?? unknownReading
  }

  module(tenantId: string, moduleId: string): HealthReading {
    return this.#watch.fleet.module(tenantId, moduleId)?.reading ?? unknownReading
  }

  /** What the reading of an instance stands on, axis by axis; null when there is no such instance. */
  evidence(tenantId: string, moduleId: string, instanceId: string, inFlight: number): InstanceEvidence | null {
    const instance = this.#watch.fleet.module(tenantId, moduleId)?.instances.get(instanceId)
    if (!instance) return null
    return instance.health.evidence(this.#ports.clock.now(), inFlight, instance.record.capacity)
  }

  recent(tenantId: string, moduleId: string): RecentCallStats {
    return this.#calls.recent(tenantId, moduleId)
  }

  observeCall(tenantId: string, moduleId: string, instanceId: string, call: { ok: boolean; durationMs: number }): void {
    this.#calls.observe(tenantId, moduleId, call)
    this.#watch.observeCall(tenantId, moduleId, instanceId, call.ok)
  }

  /** Takes in checks that other replicas made. */
  takeChecks(checks: readonly CheckSignal[]): void {
    for (const check of checks) this.#watch.takeCheck(check)
  }

  /** Checks every instance of a module now, disabled or not, and gives its reading after that. */
  checkNow(tenantId: string, moduleId: string): Promise<HealthReading> {
    return this.#watch.checkNow(tenantId, moduleId)
  }

  summary(tenantId: string): HealthSummary {
    return this.#overall.summary(tenantId)
  }

  /** Members that count and are strictly below the threshold, worst first. */
  unhealthy(tenantId: string, threshold: number): HealthMember[] {
    const { systems, modules } = this.#members(tenantId)
    return belowThreshold([...systems, ...modules], threshold)
  }

  /**
   * Takes in what somebody says of a module or one of its instances; it is believed for three intervals (90 s). Throws
   * MODULE_NOT_FOUND, INSTANCE_NOT_FOUND, FORBIDDEN when a module speaks for another.
   */
  async report(by: Principal, report: Report): Promise<void> {
    const { moduleId, instanceId } = report
    requireOwnModule(by, moduleId)
    const module = this.#watch.fleet.module(by.tenantId, moduleId)
    if (!module) throw moduleNotFound(moduleId)
    const one = instanceId === undefined ? null : module.instances.get(instanceId)
    if (one === undefined) throw instanceNotFound(moduleId, instanceId!)
    const now = this.#ports.clock.now()
    const reason = report.details?.['reason']
    this.#watch.report(module, one ? [one] : [...module.instances.values()], {
      status: report.status,
      load: report.load ?? null,
      by: by.name,
      reason: typeof reason === 'string' ? reason.slice(0, 200) : null,
      at: now,
      expiresAt: now + 3 * this.#intervalMs,
    })
  }

  /**
   * Takes in a sign of life that an instance sent; what it says of itself is believed for three intervals, as a report. Throws
   * MODULE_NOT_FOUND, INSTANCE_NOT_FOUND, FORBIDDEN when a module speaks for another.
   */
  heartbeat(by: Principal, { moduleId, instanceId, endpoint, status, load }: Heartbeat): { receivedAt: string } {
    requireOwnModule(by, moduleId)
    const module = this.#watch.fleet.module(by.tenantId, moduleId)
    if (!module) throw moduleNotFound(moduleId)
    const id = instanceId ?? instanceIdOf(normalizeEndpoint(endpoint ?? ''))
    if (!module.instances.has(id)) throw instanceNotFound(moduleId, id)
    const { tenantId, name } = by
    const beat = { tenantId, moduleId, instanceId: id, status: status ?? null, load: load ?? null, by: name }
    this.takeBeat(beat)
    this.#fleet.tellBeat(beat)
    return { receivedAt: new Date(this.#ports.clock.now()).toISOString() }
  }

  /** Takes in a heartbeat, of this replica or of another. */
  takeBeat({ tenantId, moduleId, instanceId, status, load, by }: BeatSignal): void {
    const module = this.#watch.fleet.module(tenantId, moduleId)
    const instance = module?.instances.get(instanceId)
    if (!module || !instance) return
    const at = this.#ports.clock.now()
    instance.health.beat(at)
    if (status === null && load === null) return
    const expiresAt = at + 3 * this.#intervalMs
    this.#watch.report(module, [instance], { status: status ?? 'healthy', load, by, reason: null, at, expiresAt })
  }

  /** At most 120 points, the lowest of each span, oldest first; the last 24 hours unless told. Throws INVALID_INPUT. */
  history(tenantId: string, range: { from?: string | undefined; to?: string | undefined }): Promise<HealthPoint[]> {
    return this.#history.read(tenantId, range)
  }

  #systemProbed(after: HealthMember, before: HealthMember | null): void {
    const from = before?.state ?? 'healthy'
    for (const tenantId of this.#tenants()) {
      if (from !== after.state) this.#events.systemChanged(tenantId, after, from)
      if (before?.score !== after.score) this.#tenantChanged(tenantId)
    }
  }

  #tenantChanged(tenantId: string): void {
    this.#changedTenants.add(tenantId)
    this.#cancelEvaluation ??= this.#ports.clock.setTimer(evaluateMs, () => {
      this.#cancelEvaluation = null
      const tenants = [...this.#changedTenants]
      this.#changedTenants.clear()
      for (const each of tenants) this.#overall.evaluate(each)
    })
  }

  #planRecord(): void {
    this.#cancelRecord = this.#ports.clock.setTimer(historyIntervalMs, () => {
      this.#planRecord()
      this.#watch.settle()
      const points = this.#tenants().map(tenantId => this.#overall.evaluate(tenantId))
      if (this.#fleet.keepsHistory()) this.#history.add(points)
    })
  }

  #tenants(): string[] {
    return [...new Set([defaultTenantId, ...this.#ports.catalog.tenants()])]
  }

  /** Modules of which nothing was seen yet have no score and are left out. */
  #members(tenantId: string): { systems: readonly HealthMember[]; modules: HealthMember[] } {
    const modules: HealthMember[] = []
    for (const module of this.#watch.fleet.modules(tenantId)) {
      const { record, reading } = module
      if (reading.score === null) continue
      modules.push({
        id: record.id,
        name: record.name,
        kind: 'module',
        score: reading.score,
        weight: weightOf(module),
        state: reading.state,
        reason: record.disabled ? `Disabled by ${record.disabled.by}: ${record.disabled.reason}` : reading.reason,
        checkedAt: toTime(reading.at),
        since: toTime(module.since),
      })
    }
    return { systems: this.#systems.members(), modules }
  }
}

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** Modules weigh the same; a disabled one nothing. */
function weightOf(module: ObservedModule): number {
  return module.record.enabled ? 1 : 0
}

function* scoresOf(modules: Iterable<ObservedModule>): Iterable<{ score: number; weight: number }> {
  for (const module of modules) {
    if (module.reading.score !== null) yield { score: module.reading.score, weight: weightOf(module) }
  }
}
