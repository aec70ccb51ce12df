import { followCatalog } from './balancing/follow-catalog.ts'
import { createLoadTable, type InstanceKey, type InstanceLoads } from './balancing/load-table.ts'
import { SlotShares } from './balancing/slot-shares.ts'
import { fixedExploration } from './brain/exploration.ts'
import { ServiceRecords } from './brain/service-records.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { tellReclaimed } from './dispatch/tell-reclaimed.ts'
import { EventBus } from './events/event-bus.ts'
import { Explainer } from './explain/explainer.ts'
import { Pace } from './explain/pace.ts'
import { RateMeter } from './events/rate-meter.ts'
import { HealthMonitor } from './health/health-monitor.ts'
import type { Operations } from './operations.ts'
import type { OrchestratorPorts, OrchestratorSettings } from './orchestrator-ports.ts'
import { QueueStatistics } from './overview/queue-statistics.ts'
import { ReplicaService } from './overview/replica-service.ts'
import { StatsService } from './overview/stats-service.ts'
import { describeSystems } from './overview/systems.ts'
import { ThroughputSampler } from './overview/throughput-sampler.ts'
import { Admission } from './queue/admission.ts'
import { ConcurrencyLimits } from './queue/concurrency-limits.ts'
import { LaneDirectory } from './queue/lane-directory.ts'
import { createPayloadValidator } from './queue/payload-validator.ts'
import { QueueService } from './queue/queue-service.ts'
import { Submission } from './queue/submission.ts'
import { TaskService } from './queue/task-service.ts'
import type { LeaseEnd, ReclaimedTask } from './queue/task-store.ts'
import { Upkeep } from './queue/upkeep.ts'
import { ModuleRegistry } from './registry/module-registry.ts'
import { ModuleService } from './registry/module-service.ts'
import { ReplicaLink } from './replica-link.ts'
import type { DutyName, ReplicaReport } from './replicas/replica-store.ts'
import { BreakerService } from './resilience/breaker-service.ts'
import { createTaskRouter } from './routing/fleet-router.ts'
import { OutsideRoutes } from './routing/outside-routes.ts'
import { createRouterOperations } from './routing/router-operations.ts'
import type { TaskRouter } from './routing/task-router.ts'
import { FlagService } from './settings/flag-service.ts'
import { defaultTenantId } from './shared/principal.ts'

/**
 * One replica of the orchestrator: wires the parts of the core to each other and to the given ports. Constructing starts
 * nothing; `start` and `stop` do.
 */
export class Orchestrator implements Operations {
  readonly tasks: TaskService
  readonly queue: QueueService
  readonly modules: ModuleService
  readonly breakers: BreakerService
  readonly router: Operations['router']
  readonly health: HealthMonitor
  readonly events: EventBus
  readonly stats: StatsService
  readonly settings: FlagService
  readonly dispatcher: Dispatcher
  readonly registry: ModuleRegistry
  readonly replicas: ReplicaService
  readonly #ports: OrchestratorPorts
  readonly #limits: ConcurrencyLimits
  readonly #pace = new Pace()
  readonly #settings: OrchestratorSettings
  readonly #link: ReplicaLink
  readonly #slots: SlotShares
  readonly #claimRate = new RateMeter()
  #claimedReported = 0
  readonly #load: InstanceLoads
  readonly #records: ServiceRecords
  readonly #taskRouter: TaskRouter
  readonly #lanes: LaneDirectory
  readonly #admission: Admission
  readonly #submission: Submission
  readonly #upkeep: Upkeep
  readonly #throughput: ThroughputSampler
  readonly #statistics: QueueStatistics
  #stopFollowing: (() => void)[] = []
  #isInitialized = false

  constructor(ports: OrchestratorPorts, settings: OrchestratorSettings) {
    const { clock, logger, random, stores } = ports
    this.#ports = ports
    this.#settings = settings
    this.#link = new ReplicaLink({
      store: stores.replicas,
      signals: ports.signals,
      clock,
      logger,
      report: () => this.#report(),
    })
    this.events = new EventBus({
      store: stores.events,
      clock,
      logger,
      fleet: {
        isShared: () => this.#link.isShared,
        keepsTotals: () => this.#link.holds('event-totals'),
        onNumbered: () => this.#link.call({ kind: 'events' }),
      },
    })
    this.registry = new ModuleRegistry({
      store: stores.modules,
      events: this.events,
      clock,
      logger,
      schemas: ports.schemas,
      checkEndpoint: ports.checkEndpoint,
      newSecret: ports.newModuleSecret,
    })
    this.queue = new QueueService({
      policies: stores.queuePolicies,
      stats: tenantId => this.#statistics.stats(tenantId),
    })
    this.settings = new FlagService(stores.flags)
    this.#limits = new ConcurrencyLimits({
      policyOf: tenantId => this.queue.policyOf(tenantId),
      fleet: () => this.#link.place,
    })
    this.#load = createLoadTable({ clock })
    this.#records = new ServiceRecords({ store: stores.serviceRecords, clock, logger })
    this.health = new HealthMonitor({
      catalog: this.registry,
      drivers: ports.drivers,
      store: stores.health,
      events: this.events,
      clock,
      random,
      logger,
      fleet: {
        place: () => ({ own: settings.replicaId, others: this.#link.others }),
        keepsHistory: () => this.#link.holds('health-history'),
        tellCheck: check => this.#link.call({ kind: 'checked', checks: [check] }),
      },
    })
    this.modules = new ModuleService({
      registry: this.registry,
      health: this.health,
      load: this.#load,
      breakers: ports.breakers,
      calls: this.health,
      tasks: { byType: async tenantId => (await stores.tasks.counts(tenantId)).byType },
      clock,
    })
    this.#slots = new SlotShares({
      ledger: stores.slots,
      catalog: this.registry,
      load: this.#load,
      usable: (key, capacity) => this.#usable(key, capacity),
      others: () => this.#link.others,
      replicaId: settings.replicaId,
      clock,
      logger,
      onMore: () => this.dispatcher.wakeAll(),
    })
    this.#taskRouter = createTaskRouter({
      catalog: this.registry,
      health: this.health,
      breakers: ports.breakers,
      load: this.#load,
      records: this.#records,
      exploration: fixedExploration(),
      isCostBased: () => this.settings.isOn('cost_based_scheduling'),
      moduleLimit: (tenantId, moduleId) => this.#limits.ofModule(tenantId, moduleId),
      clock,
      random,
    })
    const outside = new OutsideRoutes({
      router: this.#taskRouter,
      breakers: ports.breakers,
      health: this.health,
      learner: this.#records,
      clock,
      ids: ports.ids,
    })
    const { health, registry: catalog } = this
    this.router = {
      ...createRouterOperations({ router: this.#taskRouter, catalog, health, load: this.#load, clock }),
      route: (tenantId, input) => outside.route(tenantId, input),
      report: (tenantId, report) => outside.report(tenantId, report),
    }
    this.breakers = new BreakerService({
      board: ports.breakers,
      catalog: this.registry,
      holds: stores.breakerHolds,
      events: this.events,
      clock,
      replicaId: settings.replicaId,
      updateModule: (by, input) => this.modules.update(by, input),
    })
    this.#lanes = new LaneDirectory(stores.tasks)
    this.dispatcher = this.#makeDispatcher(settings)
    this.#admission = new Admission({
      capacity: settings.queueCapacity,
      capacityBytes: settings.queueCapacityBytes,
      store: stores.tasks,
      caps: this.queue,
      clock,
      logger,
    })
    this.#statistics = new QueueStatistics({
      store: stores.tasks,
      clock,
      workers: this.dispatcher,
      capacity: settings.queueCapacity,
    })
    this.#submission = new Submission({
      store: stores.tasks,
      lanes: this.#lanes,
      catalog: this.registry,
      validator: createPayloadValidator(this.registry, ports.schemas),
      admission: this.#admission,
      clock,
      ids: ports.ids,
      digest: ports.digest,
      policyOf: tenantId => this.queue.policyOf(tenantId),
      onAccepted: laneIds => this.#accepted(laneIds),
    })
    this.#upkeep = this.#makeUpkeep(settings)
    const explainer = new Explainer({
      store: stores.tasks,
      lanes: this.#lanes,
      catalog: this.registry,
      health: this.health,
      breakers: ports.breakers,
      load: this.#load,
      records: this.#records,
      limits: this.#limits,
      workers: this.dispatcher,
      pace: this.#pace,
      upkeep: this.#upkeep,
      fleet: ports.fleet,
      clock,
      replicaId: settings.replicaId,
    })
    this.tasks = new TaskService({
      store: stores.tasks,
      submission: this.#submission,
      running: this.dispatcher,
      events: this.events,
      explain: (task, attempts) => explainer.explain(task, attempts),
      audit: ports.auditTask,
      replicaId: settings.replicaId,
      onMarkedElsewhere: replicaId => this.#link.call({ kind: 'cancel', replicaId }),
    })
    for (const system of describeSystems({
      clock,
      pingDatabase: ports.pingDatabase,
      admission: this.#admission,
      events: this.events,
      dispatcher: this.dispatcher,
      upkeep: this.#upkeep,
    })) {
      this.health.registerSystem(system)
    }
    this.#throughput = new ThroughputSampler({
      read: tenantId => stores.tasks.totals(tenantId),
      tenants: () => this.#tenants(),
      clock,
      logger,
    })
    this.stats = new StatsService({
      modules: this.modules,
      breakers: this.breakers,
      router: this.router,
      health: this.health,
      events: this.events,
      queue: this.#statistics,
      throughput: this.#throughput,
      spend: (tenantId, query) => stores.tasks.spend(tenantId, query),
      clock,
      replicaId: settings.replicaId,
      version: settings.version,
      startedAt: clock.now(),
      isInitialized: () => this.#isInitialized,
    })
    this.replicas = new ReplicaService({ store: stores.replicas, clock, replicaId: settings.replicaId })
    this.#attach()
  }

  /** Whether work is taken in and carried out. */
  get isInitialized(): boolean {
    return this.#isInitialized
  }

  /** Whether something that one replica does for all is this one's duty now. */
  holds(duty: DutyName): boolean {
    return this.#link.holds(duty)
  }

  /** Loads what is known, takes back what this replica held when it died, and begins to work. */
  async start(): Promise<void> {
    await this.events.start([defaultTenantId])
    await this.registry.start()
    this.#stopFollowing = [
      followCatalog(this.#load, this.registry),
      this.registry.onChange(() => {
        void this.#slots.rebalance()
        this.dispatcher.wakeAll()
      }),
      this.#ports.breakers.onChange(() => this.dispatcher.wakeAll()),
    ]
    await Promise.all([
      this.breakers.start(),
      this.queue.refresh(),
      this.settings.refresh(),
      this.#records.start(),
      this.#lanes.refresh(),
    ])
    await this.#admission.start()
    await this.#upkeep.start()
    await this.#slots.rebalance()
    await this.health.start()
    this.#throughput.start()
    this.dispatcher.start()
    this.dispatcher.wakeAll()
    this.#isInitialized = true
    this.#tellOfReplica('replica.joined')
  }

  /** Ends in order: no new claims, running work up to `graceMs`, then everything learned and told is written. */
  async stop(graceMs: number): Promise<void> {
    this.#isInitialized = false
    this.#tellOfReplica('replica.left')
    await this.#submission.close()
    await this.dispatcher.stop(graceMs)
    this.#upkeep.stop()
    this.#slots.stop()
    this.#throughput.stop()
    this.#admission.stop()
    this.breakers.stop()
    await this.health.stop()
    for (const stop of this.#stopFollowing) stop()
    await this.#records.stop()
    await this.events.stop()
    await this.#link.leave()
  }

  #tenants(): readonly string[] {
    return [...new Set([defaultTenantId, ...this.registry.tenants()])]
  }

  #accepted(laneIds: ReadonlySet<number>): void {
    this.events.wake()
    this.#hasWork([...laneIds])
  }

  /** For this replica and all others. */
  #hasWork(laneIds: readonly number[]): void {
    if (laneIds.length === 0) return
    this.dispatcher.wake(laneIds)
    this.#link.call({ kind: 'work', laneIds })
  }

  /** Another replica says so, perhaps of lanes that it made. */
  async #lookForWork(laneIds: readonly number[]): Promise<void> {
    if (laneIds.length === 0) return this.dispatcher.wakeAll()
    if (laneIds.some(laneId => this.#lanes.get(laneId) === undefined)) await this.#lanes.refresh()
    this.dispatcher.wake(laneIds)
  }

  #attach(): void {
    const { logger, stores } = this.#ports
    this.#link.attach(
      {
        lookForWork: laneIds =>
          void this.#lookForWork(laneIds).catch((error: unknown) => logger.warn({ error }, 'lanes could not be read')),
        readEvents: () => this.events.catchUp(),
        numberEvents: () => this.events.wake(),
        beatSoon: () => this.#upkeep.beatSoon(),
        reclaimSoon: () => this.#upkeep.reclaimSoon(),
        rebalance: () => void this.#slots.rebalance(),
        takeChecks: checks => this.health.takeChecks(checks),
      },
      { store: stores.tasks, running: this.dispatcher, replicaId: this.#settings.replicaId },
    )
    this.#link.watch('modules', async () => {
      await this.registry.refresh()
      await this.breakers.refreshHolds()
    })
    this.#link.watch('breaker-holds', () => this.breakers.refreshHolds())
    this.#link.watch('settings', async () => {
      await Promise.all([this.queue.refresh(), this.settings.refresh()])
    })
    this.#link.watch('access', () => this.#ports.onAccessChanged())
  }

  #report(): ReplicaReport {
    const { dispatcher } = this
    const now = this.#ports.clock.now()
    this.#claimRate.add(now, dispatcher.claimed - this.#claimedReported)
    this.#claimedReported = dispatcher.claimed
    return {
      running: dispatcher.running,
      concurrency: dispatcher.concurrency,
      claimedPerMinute: Math.round(60 * this.#claimRate.perSecond(now)),
      staleWrites: dispatcher.staleFinishes,
      isDraining: dispatcher.isStopping,
    }
  }

  /** None of an instance that may not be called, one of an instance to be probed, else as many as there are workers for. */
  #usable(key: InstanceKey, capacity: number): number {
    const inFlight = this.#load.of(key).inFlight
    if (this.dispatcher.isStopping) return inFlight
    if (this.health.instance(key.tenantId, key.moduleId, key.instanceId).state === 'unhealthy') return inFlight
    if (this.#ports.breakers.state(key) !== 'closed') return Math.max(inFlight, 1)
    return Math.min(capacity, inFlight + this.dispatcher.concurrency - this.dispatcher.running)
  }

  #tellOfReplica(type: 'replica.joined' | 'replica.left'): void {
    const { replicaId, version } = this.#settings
    this.events.publish({ tenantId: defaultTenantId, type, priority: 4, data: { replicaId, version } })
  }

  async #declareLost(): Promise<void> {
    for (const { id, host, silentMs } of await this.#link.declareLost()) {
      const { replicaId } = this.#settings
      this.events.publish({
        tenantId: defaultTenantId,
        type: 'replica.lost',
        priority: 2,
        data: { replicaId: id, host, silentMs: Math.round(silentMs), foundBy: replicaId },
      })
    }
  }

  #ended(end: LeaseEnd): void {
    this.#statistics.observe(end)
    if (end.attempts.length > 0) this.#pace.observe(end.task.tenantId, end.task.type, end.at)
    if (end.next.kind === 'end') this.#admission.ended(end.task)
    if (end.next.kind === 'wait') this.#upkeep.expectDueIn(end.next.delayMs)
    if (end.next.kind === 'requeue') this.#hasWork([end.task.laneId])
  }

  #reclaimed(tasks: readonly ReclaimedTask[]): void {
    this.events.wake()
    this.dispatcher.wakeAll()
    tellReclaimed(this.events, tasks)
    this.#link.call({ kind: 'work', laneIds: [] })
  }

  #makeDispatcher(settings: OrchestratorSettings): Dispatcher {
    const { clock, logger, random, stores, breakers, drivers, newTraceparent } = this.#ports
    return new Dispatcher({
      store: stores.tasks,
      lanes: this.#lanes,
      router: this.#taskRouter,
      execution: {
        router: this.#taskRouter,
        breakers,
        health: this.health,
        learner: this.#records,
        drivers,
        events: this.events,
        clock,
        random,
        taskTimeoutMs: settings.taskTimeoutMs,
        newTraceparent,
      },
      clock,
      logger,
      replicaId: settings.replicaId,
      concurrency: settings.concurrency,
      limits: this.#limits,
      mayClaim: () => this.#link.mayClaim,
      onEnded: end => this.#ended(end),
      onCommitted: () => this.events.wake(),
    })
  }

  #makeUpkeep(settings: OrchestratorSettings): Upkeep {
    const { clock, logger, stores } = this.#ports
    return new Upkeep({
      store: stores.tasks,
      heartbeat: () => this.#link.beat(),
      declareLost: () => this.#declareLost(),
      endsOverdue: () => this.#link.holds('deadlines'),
      clock,
      logger,
      replicaId: settings.replicaId,
      onPromoted: laneIds => this.#accepted(new Set(laneIds)),
      onReclaimed: tasks => this.#reclaimed(tasks),
      onExpired: () => this.events.wake(),
    })
  }
}
