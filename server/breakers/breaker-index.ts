import type { BreakerKey } from '../core/resilience/breaker-board.ts'

type ByInstance<V> = Map<string, V>
type ByModule<V> = Map<string, ByInstance<V>>

/** Values by breaker key, in maps of maps: joining the key to one string for each look-up would cost more than the look-up. */
export class BreakerIndex<V> {
  readonly #tenants = new Map<string, ByModule<V>>()

  get(key: BreakerKey): V | undefined {
    return this.#tenants.get(key.tenantId)?.get(key.moduleId)?.get(key.instanceId)
  }

  set(key: BreakerKey, value: V): void {
    let modules = this.#tenants.get(key.tenantId)
    if (modules === undefined) this.#tenants.set(key.tenantId, (modules = new Map()))
    let instances = modules.get(key.moduleId)
    if (instances === undefined) modules.set(key.moduleId, (instances = new Map()))
    instances.set(key.instanceId, value)
  }

  /** Gives what was there. */
  delete(key: BreakerKey): V | undefined {
    const modules = this.#tenants.get(key.tenantId)
    const instances = modules?.get(key.moduleId)
    const value = instances?.get(key.instanceId)
    instances?.delete(key.instanceId)
    if (instances?.size === 0) modules?.delete(key.moduleId)
    if (modules?.size === 0) this.#tenants.delete(key.tenantId)
    return value
  }

  ofTenant(tenantId: string): V[] {
    return [...(this.#tenants.get(tenantId)?.values() ?? [])].flatMap(instances => [...instances.values()])
  }

  *all(): Generator<V> {
    for (const modules of this.#tenants.values()) {
      for (const instances of modules.values()) yield* instances.values()
    }
  }
}
