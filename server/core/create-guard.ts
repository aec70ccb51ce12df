import type { ReplicaView } from '../contracts/replicas.ts'
import { AlertService } from './alerts/alert-service.ts'
import { AlertWatch } from './alerts/alert-watch.ts'
import type { AlertWorld, HeldTransaction } from './alerts/alert-world.ts'
import { RefusalMeter } from './alerts/refusal-meter.ts'
import { RuleBook } from './alerts/rule-book.ts'
import type { InstanceLoads } from './balancing/load-table.ts'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { EventBus } from './events/event-bus.ts'
import type { HealthMonitor } from './health/health-monitor.ts'
import { Auditor } from './invariants/auditor.ts'
import { findIdleLeases, findLeakedSlots, type UsedInstance } from './invariants/memory-checks.ts'
import type { BreakerOperations, ModuleOperations, Operations } from './operations.ts'
import type { OrchestratorPorts } from './orchestrator-ports.ts'
import { createOverview } from './overview/create-overview.ts'
import type { QueueStatistics } from './overview/queue-statistics.ts'
import type { StatsService } from './overview/stats-service.ts'
import type { ModuleRegistry } from './registry/module-registry.ts'
import type { DutyName } from './replicas/replica-store.ts'
import { findStuckBreakers } from './resilience/stuck-breakers.ts'
import { delay } from './shared/clock.ts'
import { defaultTenantId } from './shared/principal.ts'
import { DeliveryRunner } from './webhooks/delivery-runner.ts'
import { WebhookService } from './webhooks/webhook-service.ts'

/** The replica that the guard watches from. */
export interface GuardHost {
  readonly modules: ModuleOperations
  readonly breakers: BreakerOperations
  readonly router: Operations['router']
  readonly deadLetters: Pick<Operations['deadLetters'], 'countOpen'>
  readonly dispatcher: Dispatcher
  readonly isInitialized: boolean
  holds(duty: DutyName): boolean
}

type ImpactParts = Parameters<typeof createOverview>[0]['impact']

export interface GuardParts {
  host: GuardHost
  replicaId: string
  version: string
  preset: string
  registry: ModuleRegistry
  health: HealthMonitor
  events: EventBus
  statistics: QueueStatistics
  /** What the effect of an act is reckoned from. */
  impact: ImpactParts
  load: InstanceLoads
}

/** What watches over the fleet and tells people: the overview, alerts with their rules, webhooks, and the auditor. */
export interface Guard {
  stats: StatsService
  replicas: Operations['replicas']
  impact: Operations['impact']
  alerts: AlertService
  rules: RuleBook
  webhooks: WebhookService
  invariants: Auditor
  start(): void
  stop(): Promise<void>
}

const heldEveryMs = 10_000
/** Longer than a claimed task may wait for its slot, and an end for being written. */
const idleLeaseMs = 3_000

/** Wires the guard; starts nothing. */
export function createGuard(ports: OrchestratorPorts, parts: GuardParts): Guard {
  const { stores, logger } = ports
  const { events, host } = parts
  const rules = new RuleBook(stores.alertRules)
  const runner = new DeliveryRunner({ ...ports, ...parts, store: stores.webhooks, sender: ports.webhookSender })
  const invariants = new Auditor({
    ...ports,
    store: stores.invariants,
    ofProcess: processChecks(ports, parts),
    isMine: () => host.holds('invariants'),
    onResults: () => watch.soon(),
  })
  const watch = new AlertWatch({
    ...ports,
    ...parts,
    store: stores.alerts,
    look: createLook(ports, parts, { invariants, replicas: () => overview.replicas.list() }),
    tenants: () => tenantsOf(parts.registry),
    settingsOf: (tenantId, rule) => rules.settingsOf(tenantId, rule),
    isMine: () => host.holds('alerts'),
    onCommitted: () => {
      events.wake()
      runner.wake()
    },
    logger,
  })
  const onChanged = () => {
    watch.soon()
    runner.wake()
  }
  const alerts = new AlertService({ ...ports, store: stores.alerts, rules, events, onChanged })
  const { modules, breakers, router, deadLetters } = host
  const isInitialized = () => host.isInitialized
  const overview = createOverview({ ...ports, ...parts, modules, breakers, router, deadLetters, alerts, isInitialized })
  return {
    stats: overview.stats,
    replicas: overview.replicas,
    impact: overview.impact,
    alerts,
    rules,
    webhooks: new WebhookService({
      ...ports,
      store: stores.webhooks,
      sender: ports.webhookSender,
      runner,
      newSecret: ports.newModuleSecret,
    }),
    invariants,
    start() {
      for (const part of [overview.throughput, watch, invariants, runner]) part.start()
    },
    async stop() {
      overview.throughput.stop()
      await Promise.all([watch, invariants, runner].map(part => part.stop()))
    },
  }
}

function tenantsOf(registry: ModuleRegistry): string[] {
  return [...new Set([defaultTenantId, ...registry.tenants()])]
}

/** How everything is that the rules look at. */
function createLook(
  ports: OrchestratorPorts,
  parts: GuardParts,
  { invariants, replicas }: { invariants: Auditor; replicas: () => Promise<ReplicaView[]> },
): (tenantId: string) => Promise<AlertWorld> {
  const { clock, stores } = ports
  const { health, statistics } = parts
  const { modules, breakers } = parts.host
  const refusals = new RefusalMeter()
  const readHeld = createHeldReader(ports)
  return async tenantId => {
    const isFirst = tenantId === defaultTenantId
    const all = isFirst ? await replicas() : []
    if (isFirst) refusals.note(all, clock.now())
    return {
      nowMs: clock.now(),
      health: health.summary(tenantId),
      modules: modules.list(tenantId, { enabledOnly: false }),
      breakers: breakers.list(tenantId),
      queue: await statistics.stats(tenantId),
      latency: moduleId => health.recent(tenantId, moduleId),
      replicas: all,
      refusedLastMinute: isFirst ? refusals.lastMinute : 0,
      invariants: isFirst ? await invariants.list(tenantId) : [],
      webhooks: await stores.webhooks.list(tenantId),
      heldTransactions: isFirst ? await readHeld() : [],
    }
  }
}

/** Looks every ten seconds; null when it cannot. */
function createHeldReader({ clock, logger, readHeldTransactions }: OrchestratorPorts) {
  let known: { at: number; held: HeldTransaction[] | null } | null = null
  return async (): Promise<HeldTransaction[] | null> => {
    const now = clock.now()
    if (known && now - known.at < heldEveryMs) return known.held
    const held = await readHeldTransactions().catch((error: unknown) => {
      logger.warn({ error }, 'the transactions of the database could not be read')
      return null
    })
    known = { at: now, held }
    return held
  }
}

/** The checks that look into this process. */
function processChecks(
  ports: OrchestratorPorts,
  parts: GuardParts,
): ConstructorParameters<typeof Auditor>[0]['ofProcess'] {
  const { clock, stores } = ports
  const { replicaId, registry, load } = parts
  const { dispatcher, breakers } = parts.host
  return {
    'leaked-slots': async () => findLeakedSlots(replicaId, usedInstances(registry, load), dispatcher.running),
    'running-without-execution': () =>
      findIdleLeases(
        replicaId,
        () => stores.tasks.leasesOf(replicaId, 'all'),
        taskId => dispatcher.find(taskId) !== undefined,
        () => delay(clock, idleLeaseMs),
      ),
    'breakers-without-probe': async () => {
      const stuck = findStuckBreakers(breakers.list(defaultTenantId), clock.now())
      return {
        count: stuck.length,
        sample: stuck.map(({ moduleId, instanceId, reason }) => `${moduleId}/${instanceId}: ${reason}`),
      }
    },
  }
}

function usedInstances(registry: ModuleRegistry, load: InstanceLoads): UsedInstance[] {
  return tenantsOf(registry).flatMap(tenantId =>
    registry.list(tenantId).flatMap(({ id: moduleId, instances }) =>
      instances.map(({ id: instanceId }) => {
        const { inFlight, outside } = load.of({ tenantId, moduleId, instanceId })
        return { moduleId, instanceId, inFlight, outside }
      }),
    ),
  )
}
