import type { DeployModule } from '../../contracts/deployments.ts'
import type {
  DisableModule,
  RegisterInstance,
  RegisterModule,
  TakeOutInstance,
  UpdateInstance,
  UpdateModule,
} from '../../contracts/modules.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { Clock } from '../shared/clock.ts'
import type { Companion } from '../shared/companion.ts'
import type { IdSource } from '../shared/ids.ts'
import type { Logger } from '../shared/logger.ts'
import type { Principal } from '../shared/principal.ts'
import { type DeploymentMove, decideDeploy, decideMove } from './decide-deployment.ts'
import {
  decideDeregisterInstance,
  decidePutBack,
  decideRegisterInstance,
  decideTakeOut,
  decideUpdateInstance,
} from './decide-instances.ts'
import { decideRegister, decideRemove } from './decide-registration.ts'
import { decideDisable, decideEnable } from './decide-switch.ts'
import { decideUpdate } from './decide-update.ts'
import { isSameJson } from './json-values.ts'
import { MemoryCatalog } from './module-catalog.ts'
import type { Act } from './module-change.ts'
import { moduleNotFound } from './module-errors.ts'
import type { CatalogChange, InstanceRecord, ModuleCatalog, ModuleRecord } from './module-record.ts'
import type { ModuleChange, ModuleStore, RegistryState } from './module-store.ts'
import { type EndpointCheck, prepareCapabilities, prepareInstances, requireStorable } from './prepare-module.ts'
import type { SchemaCompiler } from './schema-compiler.ts'
import { SerialByKey } from './serial-by-key.ts'

/** What the registry stands on. */
export interface ModuleRegistryPorts {
  store: ModuleStore
  events: Pick<EventPublisher, 'wake'>
  clock: Clock
  ids: IdSource
  logger: Logger
  schemas: SchemaCompiler
  checkEndpoint: EndpointCheck
  /** A new Standard Webhooks secret: `whsec_` and 32 random bytes in base64. */
  newSecret: () => string
}

/**
 * The modules of the fleet: kept in the database, answered from memory. A change is decided and committed in one transaction
 * (rows, configuration history, audit, events) and reaches memory and listeners after that, so what is read here was
 * committed. Changes of one tenant come one after another, on all replicas together, so no two of them can break a rule that
 * each of them keeps.
 */
export class ModuleRegistry implements ModuleCatalog {
  readonly #ports: ModuleRegistryPorts
  readonly #catalog: MemoryCatalog
  readonly #serial = new SerialByKey()
  /** What `refresh` read last, by tenant: records that are the same objects again need no comparing. */
  readonly #seen = new Map<string, ReadonlyMap<string, ModuleRecord>>()

  constructor(ports: ModuleRegistryPorts) {
    this.#ports = ports
    this.#catalog = new MemoryCatalog(ports.logger)
  }

  /** Loads every module. Listeners hear of each as of one that is new. */
  async start(): Promise<void> {
    for (const module of await this.#ports.store.loadAll()) this.#catalog.apply(module.tenantId, module.id, module)
  }

  /** Takes in what other replicas have changed. Listeners hear of each module that is not as it was. */
  async refresh(): Promise<void> {
    const tenants = new Set([...this.#catalog.tenants(), ...(await this.#ports.store.tenants())])
    for (const tenantId of tenants) await this.#serial.run(tenantId, () => this.#refreshTenant(tenantId))
  }

  get(tenantId: string, id: string): ModuleRecord | undefined {
    return this.#catalog.get(tenantId, id)
  }

  /** The module, or MODULE_NOT_FOUND. */
  require(tenantId: string, id: string): ModuleRecord {
    const module = this.#catalog.get(tenantId, id)
    if (!module) throw moduleNotFound(id)
    return module
  }

  list(tenantId: string): readonly ModuleRecord[] {
    return this.#catalog.list(tenantId)
  }

  capableOf(tenantId: string, taskType: string): readonly ModuleRecord[] {
    return this.#catalog.capableOf(tenantId, taskType)
  }

  tenants(): readonly string[] {
    return this.#catalog.tenants()
  }

  onChange(listener: (change: CatalogChange) => void): () => void {
    return this.#catalog.onChange(listener)
  }

  /**
   * Registers and enables a module; disabled when something it needs is. Throws MODULE_EXISTS, DEPENDENCY_UNKNOWN,
   * DEPENDENCY_CYCLE, SCHEMA_CONFLICT, INVALID_SCHEMA, INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED, INVALID_INPUT.
   */
  async register(by: Principal, input: RegisterModule): Promise<ModuleRecord> {
    const { schemas, checkEndpoint, clock, newSecret } = this.#ports
    const capabilities = prepareCapabilities(input.capabilities, schemas)
    requireStorable(input)
    const instances = await prepareInstances(input.instances, endpoint => checkEndpoint(endpoint, input.driver), {
      version: input.version,
      now: clock.now(),
    })
    const prepared = { input, capabilities, instances, secret: newSecret() }
    return this.#change(by, input.id, (state, act) => decideRegister(state, prepared, act))
  }

  /**
   * Edits the configuration named by `configVersion`; changing nothing is no change. Throws MODULE_NOT_FOUND,
   * VERSION_CONFLICT (with the present configuration), MODULE_NEEDS_DISABLED, and what `register` throws of its fields.
   */
  async update(by: Principal, input: UpdateModule, along?: Companion<ModuleRecord>): Promise<ModuleRecord> {
    const capabilities = input.capabilities ? prepareCapabilities(input.capabilities, this.#ports.schemas) : null
    requireStorable(input)
    return this.#change(by, input.id, (state, act) => decideUpdate(state, { input, capabilities }, act), along)
  }

  /** Idempotent. Throws MODULE_NOT_FOUND, MODULE_NEEDS_DISABLED with the order to enable in. */
  async enable(by: Principal, id: string, along?: Companion<ModuleRecord>): Promise<ModuleRecord> {
    return this.#change(by, id, (state, act) => decideEnable(state, id, act), along)
  }

  /** Idempotent; the first reason stays. Throws MODULE_NOT_FOUND, MODULE_REQUIRED. */
  async disable(by: Principal, input: DisableModule, along?: Companion<ModuleRecord>): Promise<ModuleRecord> {
    requireStorable({ reason: input.reason })
    return this.#change(by, input.id, (state, act) => decideDisable(state, input, act), along)
  }

  /** Throws MODULE_NOT_FOUND, MODULE_REQUIRED, MODULE_ENABLED. */
  async remove(by: Principal, id: string, reason: string): Promise<void> {
    requireStorable({ reason })
    await this.#commit(by, id, (state, act) => decideRemove(state, id, reason, act))
  }

  /**
   * Adds an instance; one that comes back is the same one, with the capacity, weight and version given now. Throws MODULE_NOT_FOUND,
   * INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED, INVALID_INPUT.
   */
  async registerInstance(
    by: Principal,
    input: RegisterInstance,
  ): Promise<{ module: ModuleRecord; instance: InstanceRecord }> {
    const [joining] = await this.#prepare(by, input.moduleId, [input])
    const { moduleId } = input
    const module = await this.#change(by, moduleId, (state, act) =>
      decideRegisterInstance(state, moduleId, joining!, act),
    )
    return { module, instance: module.instances.find(instance => instance.id === joining!.id)! }
  }

  /** Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND. */
  updateInstance(by: Principal, input: UpdateInstance, along?: Companion<ModuleRecord>): Promise<ModuleRecord> {
    return this.#change(by, input.moduleId, (state, act) => decideUpdateInstance(state, input, act), along)
  }

  /** Idempotent; the first reason stays. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND. */
  async takeOut(by: Principal, input: TakeOutInstance): Promise<ModuleRecord> {
    requireStorable({ reason: input.reason })
    return this.#change(by, input.moduleId, (state, act) => decideTakeOut(state, input, act))
  }

  /** Idempotent. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND, DEPLOYMENT_UNDER_WAY. */
  putBack(by: Principal, target: { moduleId: string; instanceId: string }): Promise<ModuleRecord> {
    return this.#change(by, target.moduleId, (state, act) => decidePutBack(state, target, act))
  }

  /**
   * Begins to deploy another version. Throws MODULE_NOT_FOUND, DEPLOYMENT_UNDER_WAY, INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED,
   * INVALID_INPUT.
   */
  async deploy(by: Principal, input: DeployModule): Promise<ModuleRecord> {
    requireStorable(input)
    const version = { version: input.version }
    const instances = await this.#prepare(
      by,
      input.id,
      input.instances.map(instance => ({ ...instance, ...version })),
    )
    const prepared = { input, instances, id: this.#ports.ids.next() }
    return this.#change(by, input.id, (state, act) => decideDeploy(state, prepared, act))
  }

  /** Moves a deployment on; see `decideMove`. */
  moveDeployment(
    by: Principal,
    target: { moduleId: string; deploymentId: string | null; isQuiet: boolean },
    move: DeploymentMove,
  ): Promise<ModuleRecord> {
    return this.#change(by, target.moduleId, (state, act) => decideMove(state, target, move, act))
  }

  /** Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND. */
  async deregisterInstance(by: Principal, input: { moduleId: string; instanceId: string }): Promise<void> {
    const { moduleId, instanceId } = input
    await this.#commit(by, moduleId, (state, act) => decideDeregisterInstance(state, moduleId, instanceId, act))
  }

  /** Instances that are to join a module. Throws MODULE_NOT_FOUND, INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED, INVALID_INPUT. */
  #prepare(
    by: Principal,
    moduleId: string,
    inputs: readonly { endpoint: string; capacity: number; weight: number; version?: string | undefined }[],
  ): Promise<InstanceRecord[]> {
    const { driver, version } = this.require(by.tenantId, moduleId)
    const { checkEndpoint, clock } = this.#ports
    return prepareInstances(inputs, endpoint => checkEndpoint(endpoint, driver), { version, now: clock.now() })
  }

  /** In turn with own changes, so that neither is overwritten by what was read before it. */
  async #refreshTenant(tenantId: string): Promise<void> {
    const committed = await this.#ports.store.read(tenantId)
    const seen = this.#seen.get(tenantId)
    this.#seen.set(tenantId, committed)
    for (const { id } of this.#catalog.list(tenantId)) {
      if (!committed.has(id)) this.#catalog.apply(tenantId, id, null)
    }
    for (const [id, module] of committed) {
      if (seen?.get(id) === module && this.#catalog.get(tenantId, id)) continue
      if (!isSameJson(this.#catalog.get(tenantId, id), module)) this.#catalog.apply(tenantId, id, module)
    }
  }

  /** Commits a change and gives the module as it then is. */
  async #change(
    by: Principal,
    moduleId: string,
    decide: (state: RegistryState, act: Act) => ModuleChange | null,
    along?: Companion<ModuleRecord>,
  ): Promise<ModuleRecord> {
    const module = await this.#commit(by, moduleId, decide, along)
    if (!module) throw moduleNotFound(moduleId)
    return module
  }

  #commit(
    by: Principal,
    moduleId: string,
    decide: (state: RegistryState, act: Act) => ModuleChange | null,
    along?: Companion<ModuleRecord>,
  ): Promise<ModuleRecord | null> {
    const { store, clock, events } = this.#ports
    return this.#serial.run(by.tenantId, async () => {
      let present: ModuleRecord | null = null
      const change = await store.change(by.tenantId, moduleId, state => {
        present = state.modules.get(moduleId) ?? null
        if (present) along?.check(present)
        const decided = decide(state, { by, now: clock.now() })
        return decided && along ? { ...decided, companion: along.move } : decided
      })
      if (!change) return present
      this.#catalog.apply(by.tenantId, moduleId, change.after)
      events.wake()
      return change.after
    })
  }
}
