import type { TaskExplanation } from '../../contracts/explain.ts'
import type { AttemptView } from '../../contracts/tasks.ts'
import type { LoadTable } from '../balancing/load-table.ts'
import type { ServiceRecords } from '../brain/service-records.ts'
import { expectedCostUsd } from '../brain/task-cost.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { ConcurrencyLimits, FleetPlace } from '../queue/concurrency-limits.ts'
import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { PauseBoard } from '../queue/pause-board.ts'
import { isEnded } from '../queue/task-state.ts'
import type { StoredTask, TaskStore } from '../queue/task-store.ts'
import type { ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import type { BreakerBoard } from '../resilience/breaker-board.ts'
import type { Clock } from '../shared/clock.ts'
import { sumMoney, toMoney } from '../shared/money.ts'
import { explainEnded, explainRunning } from './explain-started.ts'
import { explainWaiting } from './explain-waiting.ts'
import type { Pace } from './pace.ts'
import type { ModuleFacts, Situation } from './situation.ts'

export interface ExplainerSources {
  store: Pick<TaskStore, 'countAhead'>
  lanes: Pick<LaneDirectory, 'all'>
  catalog: Pick<ModuleCatalog, 'capableOf'>
  health: Pick<HealthBoard, 'instance'>
  breakers: Pick<BreakerBoard, 'view' | 'admits'>
  load: Pick<LoadTable, 'inFlight'>
  records: Pick<ServiceRecords, 'of'>
  limits: ConcurrencyLimits
  pauses: Pick<PauseBoard, 'list'>
  workers: {
    readonly running: number
    readonly concurrency: number
    held(tenantId: string, taskType: string): { tenant: number; type: number }
  }
  pace: Pick<Pace, 'perSecond'>
  upkeep: { readonly lastHeartbeatAt: number }
  fleet: () => FleetPlace
  clock: Clock
  replicaId: string
}

/** Places before a task are counted up to here: enough to tell a short wait from a long one, at a bounded cost (7 ms measured, with 1,000,000 waiting). */
const mostCounted = 10_000

/**
 * Says why a task is where it is. Of a waiting one it gathers what holds it: one bounded look at the queue's index, all
 * else from memory. So it may be asked again and again, however much waits.
 */
export class Explainer {
  readonly #sources: ExplainerSources

  constructor(sources: ExplainerSources) {
    this.#sources = sources
  }

  /** `attempts` are all of the task's, the one under way included. */
  async explain(task: StoredTask, attempts: readonly AttemptView[]): Promise<TaskExplanation> {
    const { status } = task.summary
    if (isEnded(status)) return explainEnded(task)
    if (status === 'running') return this.#explainRunning(task, attempts)
    return explainWaiting(await this.#situationOf({ ...task, attempts: [...attempts] }))
  }

  #explainRunning(task: StoredTask, attempts: readonly AttemptView[]): TaskExplanation {
    const { clock, replicaId, records } = this.#sources
    const current = attempts.find(attempt => attempt.outcome === 'running') ?? null
    const { tenantId, taskType } = task.lane
    const meanMs = current && records.of({ tenantId, taskType, moduleId: current.moduleId }).evidence.meanMs
    return explainRunning(task, current, { now: clock.now(), replicaId, meanMs })
  }

  async #situationOf(task: StoredTask): Promise<Situation> {
    const { clock, workers, limits, upkeep, pace, fleet } = this.#sources
    const { tenantId, taskType, pinnedModuleId } = task.lane
    const now = clock.now()
    const spentUsd = sumMoney(task.attempts.map(attempt => attempt.costUsd))
    const able = this.#sources.catalog
      .capableOf(tenantId, taskType)
      .filter(module => pinnedModuleId === null || module.id === pinnedModuleId)
    const rivals = new Set(able.flatMap(module => module.capabilities.map(({ type }) => type)))
    return {
      now,
      task,
      spentUsd,
      modules: able.map(module => this.#moduleFacts(module, task, spentUsd)),
      ahead: task.summary.status === 'ready' ? await this.#countAhead(task, able, rivals) : null,
      startsPerSecond: pace.perSecond(tenantId, rivals, now) * fleet().of,
      workers,
      held: workers.held(tenantId, taskType),
      limits: { tenant: limits.ofTenant(tenantId), type: limits.ofType(tenantId, taskType) },
      pauses: this.#sources.pauses.list(tenantId),
      databaseSilentMs: now - upkeep.lastHeartbeatAt,
    }
  }

  async #countAhead(task: StoredTask, able: readonly ModuleRecord[], rivals: ReadonlySet<string>) {
    const { tenantId } = task.lane
    const ids = new Set(able.map(module => module.id))
    const laneIds: number[] = [task.lane.id]
    for (const lane of this.#sources.lanes.all()) {
      if (lane.id === task.lane.id || lane.tenantId !== tenantId || !rivals.has(lane.taskType)) continue
      if (lane.pinnedModuleId === null || ids.has(lane.pinnedModuleId)) laneIds.push(lane.id)
    }
    const place = {
      rank: task.rank,
      priority: task.summary.priority,
      deadline: task.deadline === null ? null : Date.parse(task.deadline),
      id: task.summary.id,
    }
    return { count: await this.#sources.store.countAhead(laneIds, place, mostCounted), cap: mostCounted }
  }

  #moduleFacts(record: ModuleRecord, task: StoredTask, spentUsd: number): ModuleFacts {
    const { health, breakers, load, records, limits } = this.#sources
    const { tenantId, taskType } = task.lane
    const { meanMs } = records.of({ tenantId, taskType, moduleId: record.id }).evidence
    const expectedUsd = expectedCostUsd(record.costPerHourUsd, meanMs, task.estimatedComplexity)
    return {
      record,
      meanMs,
      limit: limits.ofModule(tenantId, record.id),
      isOverBudget: task.costBudgetUsd !== null && expectedUsd > toMoney(task.costBudgetUsd - spentUsd),
      instances: record.instances.map(instance => {
        const key = { tenantId, moduleId: record.id, instanceId: instance.id }
        const breaker = breakers.view(key)
        return {
          record: instance,
          health: health.instance(tenantId, record.id, instance.id),
          breaker,
          isAdmitted: breaker === null || breakers.admits(key),
          inFlight: load.inFlight(key),
        }
      }),
    }
  }
}
