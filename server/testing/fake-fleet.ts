import type { BreakerState } from '#server/contracts/breakers.ts'
import { type HealthState, retryClasses } from '#server/contracts/modules.ts'
import type { HealthBoard, HealthReading } from '#server/core/health/health-board.ts'
import type { CatalogChange, InstanceRecord, ModuleCatalog, ModuleRecord } from '#server/core/registry/module-record.ts'
import type { BreakerBoard, BreakerKey, LiveBreaker } from '#server/core/resilience/breaker-board.ts'

/** An instance of ten slots, long registered, unless told otherwise. */
export function buildInstance(id: string, overrides: Partial<InstanceRecord> = {}): InstanceRecord {
  const since = overrides.registeredAt ?? 0
  return {
    id,
    endpoint: `http://127.0.0.1:9000/${id}`,
    capacity: 10,
    weight: 1,
    version: '1.0.0',
    registeredAt: since,
    inRotationSince: since,
    out: null,
    ...overrides,
  }
}

/** An enabled module of the tenant `default` that can run `work`, with one instance, unless told otherwise. */
export function buildModule(id: string, overrides: Partial<ModuleRecord> = {}): ModuleRecord {
  return {
    tenantId: 'default',
    id,
    name: id,
    category: 'test',
    version: '1.0.0',
    owner: null,
    description: null,
    driver: 'http',
    bodyStyle: 'envelope',
    capabilities: [{ type: 'work', inputSchema: null, outputSchema: null }],
    dependsOn: [],
    costPerHourUsd: 0,
    strategy: 'power_of_two',
    preference: 0,
    resources: { cpu: 0, memoryMb: 0 },
    breaker: {
      failureThreshold: 5,
      successThreshold: 2,
      openMs: 60_000,
      callTimeoutMs: 30_000,
      failureRate: null,
      slowCalls: null,
    },
    retry: {
      maxAttempts: 4,
      backoff: 'exponential',
      baseMs: 1_000,
      factor: 2,
      capMs: 30_000,
      retryOn: [...retryClasses],
    },
    secret: 'whsec_dGVzdA==',
    enabled: true,
    disabled: null,
    deployment: null,
    configVersion: 1,
    registeredAt: 0,
    updatedAt: 0,
    instances: [buildInstance(`${id}-1`)],
    ...overrides,
  }
}

/** So many modules `m0`, `m1` ... with so many instances `m0-0`, `m0-1` ... each. */
export function buildModules(
  count: number,
  instances: number,
  overrides: Partial<Omit<ModuleRecord, 'instances'>> = {},
): ModuleRecord[] {
  const ids = Array.from({ length: count }, (_, place) => `m${place}`)
  return ids.map(id => {
    const own = Array.from({ length: instances }, (_, place) => buildInstance(`${id}-${place}`))
    return buildModule(id, { ...overrides, instances: own })
  })
}

/**
 * The registry, health and breakers of a fleet that a test arranges as it likes, behind the ports the core reads them by:
 * everything is healthy and closed until told otherwise.
 */
export class FakeFleet implements ModuleCatalog, Pick<BreakerBoard, 'admits' | 'of' | 'state'> {
  readonly #modules = new Map<string, ModuleRecord>()
  readonly #capable = new Map<string, readonly ModuleRecord[]>()
  readonly #health = new Map<string, HealthState>()
  readonly #breakers = new Map<string, { state: BreakerState; admits: boolean }>()
  readonly #listeners = new Set<(change: CatalogChange) => void>()

  /** Health of the same fleet. */
  readonly health: Pick<HealthBoard, 'instance' | 'of'> = {
    instance: (_tenantId, _moduleId, instanceId) => readingOf(this.#health.get(instanceId) ?? 'healthy'),
    of: (tenantId, moduleId, instanceId) => {
      const { health } = this
      return {
        get reading() {
          return health.instance(tenantId, moduleId, instanceId)
        },
      }
    },
  }

  constructor(...modules: ModuleRecord[]) {
    for (const module of modules) this.put(module)
  }

  /** Adds a module or replaces the one of its id. */
  put(module: ModuleRecord): void {
    const before = this.#modules.get(module.id) ?? null
    this.#modules.set(module.id, module)
    this.#capable.clear()
    this.#tell({ tenantId: module.tenantId, moduleId: module.id, before, after: module })
  }

  remove(id: string): void {
    const before = this.#modules.get(id) ?? null
    this.#modules.delete(id)
    this.#capable.clear()
    if (before) this.#tell({ tenantId: before.tenantId, moduleId: id, before, after: null })
  }

  setHealth(instanceId: string, state: HealthState): void {
    this.#health.set(instanceId, state)
  }

  /** An open breaker admits nothing unless `admits` says that its probe is due. */
  setBreaker(instanceId: string, state: BreakerState, admits = state !== 'open'): void {
    this.#breakers.set(instanceId, { state, admits })
  }

  of(key: BreakerKey): LiveBreaker {
    const state = () => this.state(key)
    return {
      get state() {
        return state()
      },
      admits: () => this.admits(key),
    }
  }

  admits(key: BreakerKey): boolean {
    return this.#breakers.get(key.instanceId)?.admits ?? true
  }

  state(key: BreakerKey): BreakerState {
    return this.#breakers.get(key.instanceId)?.state ?? 'closed'
  }

  get(tenantId: string, id: string): ModuleRecord | undefined {
    const module = this.#modules.get(id)
    return module?.tenantId === tenantId ? module : undefined
  }

  list(tenantId: string): readonly ModuleRecord[] {
    return [...this.#modules.values()].filter(module => module.tenantId === tenantId)
  }

  capableOf(tenantId: string, taskType: string): readonly ModuleRecord[] {
    const key = `${tenantId} ${taskType}`
    let capable = this.#capable.get(key)
    if (!capable) {
      capable = this.list(tenantId).filter(module => module.capabilities.some(({ type }) => type === taskType))
      this.#capable.set(key, capable)
    }
    return capable
  }

  tenants(): readonly string[] {
    return [...new Set([...this.#modules.values()].map(module => module.tenantId))]
  }

  onChange(listener: (change: CatalogChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(change: CatalogChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

const readings: Record<HealthState, HealthReading> = {
  healthy: { state: 'healthy', score: 100, reason: 'arranged', at: 0 },
  degraded: { state: 'degraded', score: 75, reason: 'arranged', at: 0 },
  unhealthy: { state: 'unhealthy', score: 10, reason: 'arranged', at: 0 },
  unknown: { state: 'unknown', score: null, reason: 'arranged', at: null },
}

function readingOf(state: HealthState): HealthReading {
  return readings[state]
}
