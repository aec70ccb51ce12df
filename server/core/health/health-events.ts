import type { HealthBand, HealthMember } from '../../contracts/health.ts'
import type { HealthState } from '../../contracts/modules.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { DriverHealth } from '../queue/driver.ts'
import type { ObservedInstance, ObservedModule } from './fleet-health.ts'
import type { HealthPointRecord } from './health-store.ts'

const notable = 2
const ordinary = 5

/**
 * Turns readings into events, once per change: with 1,000 modules an event per check would bury every other. The first good
 * word on something known since the start is no change.
 */
export class HealthEvents {
  readonly #events: Pick<EventPublisher, 'publish'>
  /** Whether the last check passed; missing before the first one. */
  readonly #passed = new WeakMap<ObservedInstance, boolean>()
  readonly #told = new WeakMap<ObservedModule, HealthState>()
  /** Known since the start, and nothing said of them yet. */
  readonly #taken = new WeakSet<ObservedModule>()

  constructor(events: Pick<EventPublisher, 'publish'>) {
    this.#events = events
  }

  /** A module or instances came under observation. */
  follow(module: ObservedModule, joined: readonly ObservedInstance[], isStart: boolean): void {
    if (isStart) for (const instance of joined) this.#passed.set(instance, true)
    if (isStart) this.#taken.add(module)
  }

  checked(module: ObservedModule, instance: ObservedInstance, result: DriverHealth): void {
    const hasPassed = result.status !== 'unhealthy'
    if (this.#passed.get(instance) === hasPassed) return
    this.#passed.set(instance, hasPassed)
    const { id, endpoint } = instance.record
    this.#events.publish({
      tenantId: instance.tenantId,
      type: hasPassed ? 'health.check_passed' : 'health.check_failed',
      priority: hasPassed ? ordinary : notable,
      moduleId: module.record.id,
      instanceId: id,
      data: { endpoint, status: result.status, reason: result.reason, latencyMs: Math.round(result.latencyMs) },
    })
  }

  /** Another replica made a check, and has told of it. */
  heard(module: ObservedModule, instance: ObservedInstance, hasPassed: boolean): void {
    this.#passed.set(instance, hasPassed)
    if (hasPassed) this.#taken.delete(module)
  }

  /**
   * A module's reading may have changed; `isTold` is false when that is another replica's to tell. Disabled ones are silent:
   * being disabled is not unhealthy.
   */
  moduleSettled(module: ObservedModule, isTold = true): void {
    const { record, reading } = module
    const from = this.#told.get(module) ?? 'unknown'
    if (!record.enabled || reading.state === 'unknown' || reading.state === from) return
    this.#told.set(module, reading.state)
    if ((this.#taken.delete(module) && reading.state === 'healthy') || !isTold) return
    this.#events.publish({
      tenantId: record.tenantId,
      type: 'module.health_changed',
      priority: reading.state === 'unhealthy' ? notable : ordinary,
      moduleId: record.id,
      data: { name: record.name, from, to: reading.state, score: reading.score, reason: reading.reason },
    })
  }

  systemChanged(tenantId: string, { id, name, state, score, reason }: HealthMember, from: HealthState): void {
    this.#events.publish({
      tenantId,
      type: 'system.health_changed',
      priority: state === 'healthy' ? ordinary : notable,
      data: { system: id, name, from, to: state, score, reason },
    })
  }

  /** The band of the whole fleet changed: `system` is null. */
  overallChanged({ tenantId, status, score, systems, modules }: HealthPointRecord, from: HealthBand): void {
    this.#events.publish({
      tenantId,
      type: 'system.health_changed',
      priority: status === 'healthy' ? ordinary : notable,
      data: { system: null, name: 'Overall', from, to: status, score, systems, modules },
    })
  }
}
