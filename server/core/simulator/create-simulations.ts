import type { ChoicePolicies } from '../brain/choice-policy.ts'
import type { ServiceRecordStore } from '../brain/service-records.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { QueueOperations, ReplicaOperations, SettingOperations } from '../operations.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import { SimulationService, type SimulationServiceOptions } from './simulation-service.ts'

/** Where the configuration in force is read. */
export interface PresentConfiguration {
  catalog: Pick<ModuleCatalog, 'list'>
  queue: Pick<QueueOperations, 'policy'>
  settings: Pick<SettingOperations, 'flags'>
  choicePolicies: Pick<ChoicePolicies, 'of'>
  replicas: ReplicaOperations
  records: Pick<ServiceRecordStore, 'loadAll'>
  queueCapacity: number
  taskTimeoutMs: number
}

/** What-if runs over the configuration in force; starts nothing. */
export function createSimulations(
  options: Omit<SimulationServiceOptions, 'snapshot'> & { present: PresentConfiguration },
): SimulationService {
  return new SimulationService({ ...options, snapshot: tenantId => takeSnapshot(tenantId, options.present) })
}

/** The configuration of a tenant in force now, without secrets. */
export async function takeSnapshot(tenantId: string, present: PresentConfiguration): Promise<ConfigurationSnapshot> {
  const [policy, replicas, records] = await Promise.all([
    present.queue.policy(tenantId),
    present.replicas.list(),
    present.records.loadAll(),
  ])
  return {
    tenantId,
    modules: present.catalog.list(tenantId).map(module => ({ ...module, secret: '' })),
    policy,
    flags: present.settings.flags().flags,
    choice: present.choicePolicies.of(tenantId),
    concurrency: replicas.reduce((sum, replica) => sum + (replica.state === 'running' ? replica.concurrency : 0), 0),
    queueCapacity: present.queueCapacity,
    taskTimeoutMs: present.taskTimeoutMs,
    evidence: records.filter(record => record.tenantId === tenantId),
  }
}
