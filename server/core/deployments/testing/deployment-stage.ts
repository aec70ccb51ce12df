import { FakeClock } from '#server/testing/fake-clock.ts'
import { FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededIds, createSeededRandom } from '#server/testing/seeded-random.ts'
import { type DeployModule, deployModuleInput } from '../../../contracts/deployments.ts'
import { InstancePool } from '../../balancing/instance-pool.ts'
import { createLoadTable } from '../../balancing/load-table.ts'
import { instanceIdOf } from '../../registry/instance-identity.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import { ModuleRegistry } from '../../registry/module-registry.ts'
import { ann, registration } from '../../registry/testing/builders.ts'
import { MemoryModuleStore } from '../../registry/testing/memory-module-store.ts'
import { typeOnlySchemas } from '../../registry/testing/type-only-schemas.ts'
import { silentLogger } from '../../shared/logger.ts'
import { DeploymentRunner } from '../deployment-runner.ts'
import { MemoryDeploymentTallyStore } from './memory-deployment-tally-store.ts'

export const oldEndpoint = 'http://10.0.0.1/one'
export const newEndpoint = 'http://10.0.0.2/two'

/** Input of `deploy` as the API gives it on: version 2.0.0 at `newEndpoint`, ten calls and ten seconds a step. */
export function deploying(overrides: Partial<Record<keyof DeployModule, unknown>> = {}): DeployModule {
  return deployModuleInput.parse({
    id: 'm',
    version: '2.0.0',
    instances: [{ endpoint: newEndpoint }],
    steps: [25, 100],
    minCalls: 10,
    minStepMs: 10_000,
    ...overrides,
  })
}

/** What survives a replica: the database. */
export class DeploymentStage {
  readonly clock = new FakeClock()
  readonly store = new MemoryModuleStore()
  readonly tallies = new MemoryDeploymentTallyStore()
  /** Health and breakers of instances, as the tests set them. */
  readonly fleet = new FakeFleet()
  readonly #random = createSeededRandom(1)

  /** A replica that carries deployments; `isMover` whether it is the one that moves them. */
  async openReplica(isMover = true) {
    const { clock, store, tallies, fleet } = this
    const registry = new ModuleRegistry({
      store,
      clock,
      ids: createSeededIds(1),
      logger: silentLogger,
      schemas: typeOnlySchemas,
      events: { wake: () => {} },
      checkEndpoint: () => {},
      newSecret: () => 'whsec_x',
    })
    await registry.start()
    const load = createLoadTable({ clock })
    const options = { registry, tallies, health: fleet.health, breakers: fleet, load, clock, logger: silentLogger }
    const runner = new DeploymentRunner({ ...options, isMover: () => isMover })
    runner.start()
    let pool: { record: ModuleRecord; pool: InstancePool } | null = null
    /** Makes calls of module `m` one after another; those at the given endpoint fail. */
    const work = (calls: number, failingAt: string | null = null) => {
      const record = registry.require(ann.tenantId, 'm')
      if (pool?.record !== record) {
        const random = this.#random
        const parts = { load, clock, random, breakers: fleet, health: fleet.health, moduleLimit: () => null }
        pool = { record, pool: new InstancePool(record, parts) }
      }
      pool.pool.refresh(clock.now(), 0)
      for (let call = 0; call < calls; call++) {
        const choice = pool.pool.choose(clock.now())
        if (!choice) return
        const ok = choice.member.instance.endpoint !== failingAt
        pool.pool.take(choice).release({ ok, durationMs: 5 })
      }
    }
    const deployment = () => registry.require(ann.tenantId, 'm').deployment
    return { registry, runner, load, work, deployment }
  }

  /** The module `m`, version 1.0.0, with one instance. */
  async register(registry: ModuleRegistry): Promise<void> {
    await registry.register(ann, registration('m', { instances: [{ endpoint: oldEndpoint }] }))
  }

  slotsOf(endpoint: string) {
    return { tenantId: ann.tenantId, moduleId: 'm', instanceId: instanceIdOf(endpoint) }
  }
}
