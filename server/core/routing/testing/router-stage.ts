import type { ServiceGoal } from '#server/contracts/learning.ts'
import { createLoadTable, type InstanceLoads } from '#server/core/balancing/load-table.ts'
import { fixedExploration } from '#server/core/brain/exploration.ts'
import type { OutcomeLearner } from '#server/core/brain/outcome-learner.ts'
import { ServiceRecords } from '#server/core/brain/service-records.ts'
import { noPauses } from '#server/core/queue/pause-board.ts'
import { createTaskRouter } from '#server/core/routing/fleet-router.ts'
import type { RouteRequest, RouteResult, TaskRouter } from '#server/core/routing/task-router.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import type { FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'

/** A task of the type `work` that may go anywhere. */
export const request: RouteRequest = {
  tenantId: 'default',
  taskType: 'work',
  pinnedModuleId: null,
  complexity: 1,
  resources: { cpu: 0, memoryMb: 0 },
  budgetLeftUsd: null,
  failedModuleIds: [],
}

/** Everything a router stands on but the fleet: a still clock, real loads, and records that are kept nowhere. */
export class RouterStage {
  readonly clock = new FakeClock()
  readonly load: InstanceLoads = createLoadTable({ clock: this.clock })
  readonly records: OutcomeLearner & Pick<ServiceRecords, 'of'> = new ServiceRecords({
    store: { loadAll: async () => [], loadChanged: async () => ({ records: [], latestAt: null }), add: async () => [] },
    clock: this.clock,
    logger: silentLogger,
  })

  /** A router over the fleet, without exploration unless a rate is given. */
  createRouter(
    fleet: FakeFleet,
    options: {
      explorationRate?: number
      seed?: number
      isCostBased?: boolean
      moduleLimit?: number
      typePin?: string
      goal?: ServiceGoal
      keepsDecisions?: boolean
    } = {},
  ): TaskRouter {
    return createTaskRouter({
      catalog: fleet,
      health: fleet.health,
      breakers: fleet,
      load: this.load,
      records: this.records,
      pauses: noPauses,
      clock: this.clock,
      random: createSeededRandom(options.seed ?? 1),
      exploration: fixedExploration(options.explorationRate ?? 0),
      wishes: { pinOf: () => options.typePin ?? null, goalOf: () => options.goal ?? 'balanced' },
      isCostBased: () => options.isCostBased ?? false,
      moduleLimit: () => options.moduleLimit ?? null,
      keepsDecisions: options.keepsDecisions ?? true,
    })
  }

  /** Lets a module succeed so many times and then fail so many, each call taking 100 ms. */
  learn(moduleId: string, good: number, bad: number, taskType = 'work'): void {
    for (let call = 0; call < good + bad; call++) {
      const ok = call < good
      const errorCode = ok ? null : 'HTTP_500'
      this.records.learn({ tenantId: 'default', taskType, moduleId, ok, durationMs: 100, errorCode })
    }
  }

  /** Takes a slot of an instance for good. */
  occupy(moduleId: string, instanceId: string): void {
    this.load.acquire({ tenantId: 'default', moduleId, instanceId })
  }
}

/** The result, which has to be a route. */
export function routed(result: RouteResult): Extract<RouteResult, { kind: 'routed' }> {
  if (result.kind === 'unroutable') throw new Error(`unroutable: ${result.decision.reasons.join('; ')}`)
  return result
}
