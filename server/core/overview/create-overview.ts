import { ImpactService, type ImpactSources } from '../impact/impact-service.ts'
import type { TaskStore } from '../queue/task-store.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import type { ReplicaStore } from '../replicas/replica-store.ts'
import type { Logger } from '../shared/logger.ts'
import { defaultTenantId } from '../shared/principal.ts'
import type { QueueStatistics } from './queue-statistics.ts'
import { ReplicaService } from './replica-service.ts'
import { StatsService, type StatsServiceOptions } from './stats-service.ts'
import { ThroughputSampler } from './throughput-sampler.ts'

type Parts = Omit<StatsServiceOptions, 'throughput' | 'spend' | 'replicas' | 'startedAt' | 'queue'> & {
  statistics: QueueStatistics
  stores: { tasks: Pick<TaskStore, 'totals' | 'spend'>; replicas: ReplicaStore }
  registry: Pick<ModuleCatalog, 'tenants'>
  logger: Logger
  /** What the effect of an act is reckoned from. */
  impact: Omit<ImpactSources, 'traffic' | 'queue'>
}

/** What is told of the fleet as a whole; starts nothing. */
export function createOverview(parts: Parts) {
  const { stores, registry, clock, logger, replicaId, statistics } = parts
  const throughput = new ThroughputSampler({
    read: tenantId => stores.tasks.totals(tenantId),
    tenants: () => [...new Set([defaultTenantId, ...registry.tenants()])],
    clock,
    logger,
  })
  const replicas = new ReplicaService({ store: stores.replicas, clock, replicaId })
  const stats = new StatsService({
    ...parts,
    replicas,
    queue: statistics,
    throughput,
    spend: (tenantId, query) => stores.tasks.spend(tenantId, query),
    startedAt: clock.now(),
  })
  const impact = new ImpactService({ ...parts.impact, traffic: statistics.traffic, queue: statistics })
  return { throughput, replicas, stats, impact }
}
