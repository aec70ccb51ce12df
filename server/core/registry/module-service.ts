import type { ConnectionReport } from '../../contracts/connections.ts'
import type {
  DisableModule,
  InstanceView,
  ModuleGraph,
  ModuleHealthSummary,
  ModuleImpact,
  ModuleSummary,
  ModuleView,
  RegisteredModule,
  RegisterInstance,
  RegisterModule,
  TakeOutInstance,
  UpdateInstance,
  UpdateModule,
} from '../../contracts/modules.ts'
import type { HealthReading } from '../health/health-board.ts'
import type { ModuleListFilter, ModuleOperations } from '../operations.ts'
import { type Clock, delay } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { requireOwnModule } from '../shared/own-module.ts'
import type { Principal } from '../shared/principal.ts'
import { ConnectionTest, type ConnectionTestPorts } from './connection-test.ts'
import { enableOrder } from './dependency-graph.ts'
import { impactOf, type TaskCounts } from './impact.ts'
import { instanceNotFound } from './module-errors.ts'
import type { ModuleRecord } from './module-record.ts'
import type { ModuleRegistry } from './module-registry.ts'
import { toGraph, toHealthSummary, toInstanceView, toSummary, toView, type ViewSources } from './views.ts'

export interface ModuleServicePorts extends Omit<ViewSources, 'catalog'>, ConnectionTestPorts {
  registry: ModuleRegistry
  tasks: TaskCounts
  clock: Clock
  health: ViewSources['health'] & {
    /** Checks every instance of a module now and gives its reading after that. */
    checkNow(tenantId: string, moduleId: string): Promise<HealthReading>
  }
}

/** How long enabling with dependencies waits for each of them to be well, and how often it looks. */
const waitForHealthMs = 10_000
const lookAgainMs = 1_000

/** What the API offers on modules: the registry's changes, answered with how the module then is. */
export class ModuleService implements ModuleOperations {
  readonly #ports: ModuleServicePorts
  readonly #registry: ModuleRegistry
  readonly #sources: ViewSources
  readonly #connections: ConnectionTest

  constructor(ports: ModuleServicePorts) {
    this.#ports = ports
    this.#registry = ports.registry
    this.#sources = { ...ports, catalog: ports.registry }
    this.#connections = new ConnectionTest(ports)
  }

  async register(by: Principal, input: RegisterModule): Promise<RegisteredModule> {
    const module = await this.#registry.register(by, input)
    return { ...this.#view(module), secret: module.secret }
  }

  async update(by: Principal, input: UpdateModule): Promise<ModuleView> {
    return this.#view(await this.#registry.update(by, input))
  }

  /** By name. */
  list(tenantId: string, filter: ModuleListFilter): ModuleSummary[] {
    return this.#registry
      .list(tenantId)
      .filter(module => filter.category === undefined || module.category === filter.category)
      .filter(module => filter.owner === undefined || module.owner === filter.owner)
      .filter(module => module.enabled || !filter.enabledOnly)
      .map(module => toSummary(module, this.#sources))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1))
  }

  /** Every module by id, with the calls that this replica has in flight there and the slots of its instances. */
  loads(tenantId: string): { moduleId: string; running: number; capacity: number }[] {
    return this.#registry.list(tenantId).map(({ id: moduleId, instances }) => ({
      moduleId,
      running: instances.reduce(
        (sum, { id }) => sum + this.#sources.load.inFlight({ tenantId, moduleId, instanceId: id }),
        0,
      ),
      capacity: instances.reduce((sum, instance) => sum + instance.capacity, 0),
    }))
  }

  get(tenantId: string, id: string): ModuleView {
    return this.#view(this.#registry.require(tenantId, id))
  }

  byCategory(tenantId: string): Record<string, ModuleSummary[]> {
    const modules = Map.groupBy(this.list(tenantId, { enabledOnly: false }), module => module.category)
    return Object.fromEntries([...modules].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  async enable(by: Principal, id: string, withDependencies: boolean): Promise<ModuleView> {
    if (withDependencies) await this.#enableNeeds(by, id)
    return this.#view(await this.#registry.enable(by, id))
  }

  async disable(by: Principal, input: DisableModule): Promise<ModuleView> {
    return this.#view(await this.#registry.disable(by, input))
  }

  remove(by: Principal, id: string, reason: string): Promise<void> {
    return this.#registry.remove(by, id, reason)
  }

  async impact(tenantId: string, id: string): Promise<ModuleImpact> {
    const module = this.#registry.require(tenantId, id)
    const { inFlight } = toSummary(module, this.#sources)
    return impactOf(module, this.#registry, this.#ports.tasks, inFlight)
  }

  graph(tenantId: string): ModuleGraph {
    return toGraph(tenantId, this.#sources)
  }

  healthSummary(tenantId: string): ModuleHealthSummary {
    return toHealthSummary(tenantId, this.#sources)
  }

  async registerInstance(by: Principal, input: RegisterInstance): Promise<InstanceView> {
    requireOwnModule(by, input.moduleId)
    const { module, instance } = await this.#registry.registerInstance(by, input)
    return toInstanceView(module, instance, this.#sources)
  }

  async updateInstance(by: Principal, input: UpdateInstance): Promise<InstanceView> {
    return this.#instanceView(await this.#registry.updateInstance(by, input), input.instanceId)
  }

  async takeOutInstance(by: Principal, input: TakeOutInstance): Promise<InstanceView> {
    return this.#instanceView(await this.#registry.takeOut(by, input), input.instanceId)
  }

  async putBackInstance(by: Principal, input: { moduleId: string; instanceId: string }): Promise<InstanceView> {
    return this.#instanceView(await this.#registry.putBack(by, input), input.instanceId)
  }

  testConnection(by: Principal, endpoint: string): Promise<ConnectionReport> {
    return this.#connections.run(by, endpoint)
  }

  async deregisterInstance(by: Principal, input: { moduleId: string; instanceId: string }): Promise<void> {
    requireOwnModule(by, input.moduleId)
    await this.#registry.deregisterInstance(by, input)
  }

  /**
   * Enables what a module needs, one after another, each only once it is seen to be well. Stops at the first that is not
   * (DEPENDENCY_UNHEALTHY); that one and the module stay disabled, those before it stay enabled, and the error names them.
   */
  async #enableNeeds(by: Principal, id: string): Promise<void> {
    const { tenantId } = by
    this.#registry.require(tenantId, id)
    const modules = new Map(this.#registry.list(tenantId).map(module => [module.id, module]))
    const enabled: string[] = []
    for (const need of enableOrder(modules, id).slice(0, -1)) {
      const reading = await this.#waitForHealth(tenantId, need)
      if (reading.state === 'unhealthy') throw dependencyUnhealthy(id, need, reading, enabled)
      await this.#registry.enable(by, need)
      enabled.push(need)
    }
  }

  /** Checks a module until it is not unhealthy, for at most 10 s. Health is checked before enabling: it needs no traffic. */
  async #waitForHealth(tenantId: string, id: string): Promise<HealthReading> {
    const { health, clock } = this.#ports
    const giveUpAt = clock.now() + waitForHealthMs
    for (;;) {
      const reading = await health.checkNow(tenantId, id)
      if (reading.state !== 'unhealthy' || clock.now() + lookAgainMs > giveUpAt) return reading
      await delay(clock, lookAgainMs)
    }
  }

  #instanceView(module: ModuleRecord, instanceId: string): InstanceView {
    const instance = module.instances.find(({ id }) => id === instanceId)
    if (!instance) throw instanceNotFound(module.id, instanceId)
    return toInstanceView(module, instance, this.#sources)
  }

  #view(module: ModuleRecord): ModuleView {
    return toView(module, this.#sources)
  }
}

function dependencyUnhealthy(
  id: string,
  unhealthy: string,
  reading: HealthReading,
  enabled: readonly string[],
): QuarterdeckError {
  return new QuarterdeckError('DEPENDENCY_UNHEALTHY', {
    message: `Module "${id}" was not enabled: "${unhealthy}", which it needs, is unhealthy. ${reading.reason}.`,
    action: `Repair "${unhealthy}" and enable again${enabled.length > 0 ? `; already enabled: ${enabled.join(', ')}` : ''}.`,
    details: { id, unhealthy, reason: reading.reason, enabled },
  })
}
