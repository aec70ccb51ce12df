import { spreadOf } from './balancing/balancer-stats.ts'
import { followCatalog } from './balancing/follow-catalog.ts'
import { createLoadTable, type InstanceLoads } from './balancing/load-table.ts'
import { SlotShares } from './balancing/slot-shares.ts'
import { ChoicePolicies } from './brain/choice-policy.ts'
import { ServiceRecords } from './brain/service-records.ts'
import { createGuard, type Guard } from './create-guard.ts'
import { createDeadLetters } from './dead-letters/create-dead-letters.ts'
import type { DeadLetterService } from './dead-letters/dead-letter-service.ts'
import { createReportPorts } from './dispatch/attempt-reports.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { createResultCheck } from './dispatch/result-check.ts'
import { tellReclaimed } from './dispatch/tell-reclaimed.ts'
import { usableSlots } from './dispatch/usable-slots.ts'
import { watchSingleType } from './dispatch/watch-single-type.ts'
import { WorkReport } from './dispatch/work-report.ts'
import { EventBus } from './events/event-bus.ts'
import { Explainer } from './explain/explainer.ts'
import { Pace } from './explain/pace.ts'
import { followOthers } from './follow-others.ts'
import { HealthMonitor } from './health/health-monitor.ts'
import type { Operations } from './operations.ts'
import type { OrchestratorPorts, OrchestratorSettings } from './orchestrator-ports.ts'
import { QueueStatistics } from './overview/queue-statistics.ts'
import { describeSystems } from './overview/systems.ts'
import { Admission } from './queue/admission.ts'
import { ConcurrencyLimits } from './queue/concurrency-limits.ts'
import { LaneDirectory } from './queue/lane-directory.ts'
import { PauseBoard } from './queue/pause-board.ts'
import { createPayloadValidator } from './queue/payload-validator.ts'
import { QueueService } from './queue/queue-service.ts'
import { RetryBudget } from './queue/retry-budget.ts'
import { Submission } from './queue/submission.ts'
import { TaskService } from './queue/task-service.ts'
import type { LeaseEnd, ReclaimedTask } from './queue/task-store.ts'
import { TaskWatch } from './queue/task-watch.ts'
import { tellRepaired } from './queue/tell-repaired.ts'
import { Upkeep } from './queue/upkeep.ts'
import { ModuleRegistry } from './registry/module-registry.ts'
import { ModuleService } from './registry/module-service.ts'
import { ReplicaLink } from './replica-link.ts'
import { tellLost, tellPresence } from './replicas/replica-events.ts'
import type { DutyName } from './replicas/replica-store.ts'
import type { BreakerService } from './resilience/breaker-service.ts'
import { createBreakerService } from './resilience/create-breaker-service.ts'
import { RollOut } from './roll-out.ts'
import { createRouterArea } from './routing/create-router-area.ts'
import { createTaskRouter } from './routing/fleet-router.ts'
import { FlagService } from './settings/flag-service.ts'
import { defaultTenantId } from './shared/principal.ts'
import { RecoveryWatch } from './shared/recovery-watch.ts'

/**
 * One replica of the orchestrator: wires the parts of the core to each other and to the given ports. Constructing starts
 * nothing; `start` and `stop` do.
 */
export class Orchestrator implements Omit<Operations, 'simulations' | 'suggestions' | 'brain' | 'memory'> {
  readonly tasks: TaskService
  readonly deadLetters: DeadLetterService
  readonly queue: QueueService
  readonly modules: ModuleService
  readonly deployments: Operations['deployments']
  readonly breakers: BreakerService
  readonly impact: Operations['impact']
  readonly router: Operations['router']
  readonly health: HealthMonitor
  readonly events: EventBus
  readonly stats: Operations['stats']
  readonly settings: FlagService
  readonly choicePolicies: ChoicePolicies
  readonly evidence: ServiceRecords
  readonly dispatcher: Dispatcher
  readonly registry: ModuleRegistry
  readonly replicas: Operations['replicas']
  readonly alerts: Operations['alerts']
  readonly webhooks: Operations['webhooks']
  readonly invariants: Operations['invariants']
  readonly #guard: Guard
  readonly #ports: OrchestratorPorts
  readonly #pace = new Pace()
  readonly #settings: OrchestratorSettings
  readonly #link: ReplicaLink
  readonly #slots: SlotShares
  readonly #load: InstanceLoads
  readonly #lanes: LaneDirectory
  readonly #admission: Admission
  readonly #submission: Submission
  readonly #upkeep: Upkeep
  readonly #pauses: PauseBoard
  readonly #watch: TaskWatch
  readonly #rollOut: RollOut
  readonly #statistics: QueueStatistics
  #stopFollowing: (() => void)[] = []
  #isInitialized = false

  constructor(ports: OrchestratorPorts, settings: OrchestratorSettings) {
    const { clock, logger, stores } = ports
    this.#ports = ports
    this.#settings = settings
    this.#link = new ReplicaLink({
      store: stores.replicas,
      signals: ports.signals,
      clock,
      logger,
      report: () => workReport.read(),
    })
    this.events = new EventBus({ store: stores.events, clock, logger, fleet: this.#link.forEvents() })
    this.registry = new ModuleRegistry({
      ...ports,
      store: stores.modules,
      events: this.events,
      newSecret: ports.newModuleSecret,
    })
    this.#pauses = new PauseBoard({ ...ports, store: stores.pauses, events: this.events, catalog: this.registry })
    this.#watch = new TaskWatch({ events: this.events, clock })
    this.queue = new QueueService({
      policies: stores.queuePolicies,
      pauses: this.#pauses,
      stats: tenantId => this.#statistics.detail(tenantId),
    })
    this.settings = new FlagService(stores.flags)
    this.choicePolicies = new ChoicePolicies({ store: stores.choicePolicies, catalog: this.registry })
    const limits = new ConcurrencyLimits({
      policyOf: tenantId => this.queue.policyOf(tenantId),
      fleet: () => this.#link.place,
    })
    this.#load = createLoadTable({ clock })
    this.evidence = new ServiceRecords({ store: stores.serviceRecords, clock, logger })
    this.health = new HealthMonitor({
      ...ports,
      catalog: this.registry,
      store: stores.health,
      events: this.events,
      fleet: this.#link.forHealth(settings.replicaId),
    })
    this.#lanes = new LaneDirectory(stores.tasks)
    /** What most of the other parts are made of. */
    const common = {
      ...ports,
      ...settings,
      store: stores.tasks,
      registry: this.registry,
      catalog: this.registry,
      health: this.health,
      events: this.events,
      load: this.#load,
      records: this.evidence,
      learner: this.evidence,
      lanes: this.#lanes,
      limits,
      pauses: this.#pauses,
      watch: this.#watch,
      policyOf: (tenantId: string) => this.queue.policyOf(tenantId),
      retriesOf: (tenantId: string) => this.queue.policyOf(tenantId).retries,
      retryBudget: new RetryBudget(ports),
      recovery: new RecoveryWatch({ clock, publish: event => this.events.publish(event) }),
    }
    this.modules = new ModuleService({
      ...common,
      calls: this.health,
      spread: module => spreadOf(module, this.#load, clock.now()),
      tasks: { byType: async tenantId => (await stores.tasks.counts(tenantId)).byType },
    })
    this.#slots = new SlotShares({
      ...common,
      ledger: stores.slots,
      usable: (key, capacity) => usableSlots(key, capacity, { ...common, dispatcher: this.dispatcher }),
      others: () => this.#link.others,
      onMore: () => this.dispatcher.wakeAll(),
    })
    const router = createTaskRouter({
      ...common,
      exploration: this.choicePolicies,
      wishes: this.choicePolicies,
      isCostBased: () => this.settings.isOn('cost_based_scheduling'),
      moduleLimit: (tenantId, moduleId) => limits.ofModule(tenantId, moduleId),
    })
    this.router = createRouterArea({ ...common, router })
    this.breakers = createBreakerService({
      ...common,
      others: () => this.#link.others,
      updateModule: (by, input) => this.modules.update(by, input),
    })
    this.dispatcher = new Dispatcher({
      ...common,
      router,
      execution: {
        ...common,
        ...createReportPorts(common),
        router,
        checkResult: createResultCheck(ports.schemas),
      },
      isSingleType: watchSingleType(this.registry),
      mayClaim: () => this.#link.mayClaim,
      onEnded: end => this.#ended(end),
      onCommitted: () => this.events.wake(),
    })
    this.#rollOut = new RollOut({
      ...common,
      tallies: stores.deploymentTallies,
      modules: this.modules,
      isMover: () => this.#link.holds('deployments'),
      executing: () => this.dispatcher.executing(),
    })
    this.deployments = this.#rollOut.operations
    this.#admission = new Admission({
      ...common,
      capacity: settings.queueCapacity,
      capacityBytes: settings.queueCapacityBytes,
      caps: this.queue,
    })
    const workReport = new WorkReport({ dispatcher: this.dispatcher, admission: this.#admission, clock })
    this.#statistics = new QueueStatistics({
      ...common,
      workers: this.#link.workersWith(this.dispatcher),
      capacity: settings.queueCapacity,
      moduleLoads: tenantId => this.modules.loads(tenantId),
    })
    this.#submission = new Submission({
      ...common,
      validator: createPayloadValidator(this.registry, ports.schemas),
      admission: this.#admission,
      starter: this.dispatcher,
      onAccepted: laneIds => this.#accepted(laneIds),
      durations: this.evidence,
      mayHurry: () => this.settings.isOn('dag_optimization'),
    })
    this.#upkeep = new Upkeep({
      ...common,
      heartbeat: () => this.#link.beat(),
      declareLost: async () => tellLost(this.events, await this.#link.declareLost(), settings.replicaId),
      endsOverdue: () => this.#link.holds('deadlines'),
      checksBlocked: () => this.#link.holds('dependencies'),
      onPromoted: laneIds => this.#accepted(laneIds),
      onReclaimed: tasks => this.#reclaimed(tasks),
      onExpired: () => this.events.wake(),
      onRepaired: tasks => tellRepaired(this.events, logger, tasks),
    })
    const explainer = new Explainer({
      ...common,
      workers: this.dispatcher,
      pace: this.#pace,
      upkeep: this.#upkeep,
      fleet: () => this.#link.place,
    })
    this.tasks = new TaskService({
      ...common,
      submission: this.#submission,
      running: this.dispatcher,
      explain: (task, attempts) => explainer.explain(task, attempts),
      durations: this.evidence,
      showsCriticalPath: () => this.settings.isOn('critical_path_analysis'),
      onMarkedElsewhere: replicaId => this.#link.call({ kind: 'cancel', replicaId }),
    })
    this.deadLetters = createDeadLetters(ports, { ...common, tasks: this.tasks, submission: this.#submission })
    const working = { dispatcher: this.dispatcher, upkeep: this.#upkeep, admission: this.#admission }
    for (const system of describeSystems({ ...common, ...working })) this.health.registerSystem(system)
    const impact = { ...common, router, replicas: () => this.#link.place.of }
    this.#guard = createGuard(ports, { ...common, statistics: this.#statistics, impact, host: this })
    ;({ replicas: this.replicas, stats: this.stats, impact: this.impact } = this.#guard)
    ;({ alerts: this.alerts, webhooks: this.webhooks, invariants: this.invariants } = this.#guard)
    followOthers(this.#link, {
      ...common,
      ...working,
      slots: this.#slots,
      breakers: this.breakers,
      settings: [this.queue, this.settings, this.choicePolicies, this.#guard.rules],
    })
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
      this.#ports.stores.tasks.onDependantsMoved(({ laneIds, dueInMs }) => this.#accepted(laneIds, dueInMs)),
      ...[this.#ports.breakers, this.#pauses].map(part => part.onChange(() => this.dispatcher.wakeAll())),
    ]
    await Promise.all([
      ...[this.breakers, this.#pauses, this.evidence].map(part => part.start()),
      ...[this.queue, this.settings, this.choicePolicies, this.#lanes, this.#guard.rules].map(part => part.refresh()),
    ])
    for (const part of [this.#admission, this.#upkeep]) await part.start()
    await this.#slots.rebalance()
    await this.health.start()
    for (const part of [this.dispatcher, this.deadLetters, this.#rollOut, this.#guard]) part.start()
    this.#isInitialized = true
    tellPresence(this.events, 'replica.joined', this.#settings)
  }

  /** Ends in order: no new claims, running work up to `graceMs`, then everything learned and told is written. */
  async stop(graceMs: number): Promise<void> {
    this.#isInitialized = false
    await Promise.all([this.deadLetters, this.#guard].map(part => part.stop()))
    tellPresence(this.events, 'replica.left', this.#settings)
    for (const part of [this.#watch, this.#pauses]) part.stop()
    await this.#submission.close()
    await this.dispatcher.stop(graceMs)
    await this.#rollOut.stop()
    for (const part of [this.#slots, this.#admission]) part.stop()
    await Promise.all([this.#upkeep, this.breakers, this.health].map(part => part.stop()))
    for (const stop of this.#stopFollowing) stop()
    await this.evidence.stop()
    await this.events.stop()
    await this.#link.leave()
  }

  #accepted(laneIds: Iterable<number>, dueInMs: number | null = null): void {
    this.events.wake()
    this.#hasWork([...laneIds])
    if (dueInMs !== null) this.#upkeep.expectDueIn(dueInMs)
  }

  /** For this replica and all others. */
  #hasWork(laneIds: readonly number[]): void {
    if (laneIds.length === 0) return
    this.dispatcher.wake(laneIds)
    this.#link.call({ kind: 'work', laneIds })
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
}
