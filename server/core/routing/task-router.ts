import type { DecisionView } from '../../contracts/decisions.ts'
import type { Resources } from '../../contracts/resources.ts'
import type { RoutingStats } from '../../contracts/stats.ts'
import type { LanePurpose } from '../queue/lane.ts'
import type { InstanceRecord, ModuleRecord } from '../registry/module-record.ts'

export interface RouteRequest {
  tenantId: string
  taskType: string
  /** Only this module may run it. */
  pinnedModuleId: string | null
  /** Estimated seconds scale with it. */
  complexity: number
  /** What the call needs; modules that offer less are left out. */
  resources: Resources
  /** What its call may cost in USD; services expected to cost more are left out. Null without a budget. */
  budgetLeftUsd: number | null
  /** Modules whose call failed under the same lease; they are not tried again. */
  failedModuleIds: readonly string[]
  /** The caller makes the call itself: no other replica can serve it instead. */
  isOutside?: boolean
}

export type RouteResult =
  /** `slot` is already taken on the chosen instance; the caller must release it exactly once. */
  | {
      kind: 'routed'
      module: ModuleRecord
      instance: InstanceRecord
      slot: { release(result: { ok: boolean; durationMs: number } | null): void }
      decision: DecisionView
    }
  /**
   * Nothing can take it now; `decision` says why, candidate by candidate. `isOverBudget`: every enabled service that may
   * run it is expected to cost more than is left, so waiting does not help.
   */
  | { kind: 'unroutable'; decision: DecisionView; isOverBudget: boolean }

/** In which order the modules of a type would be asked. */
export interface RouteOrder {
  /** Ids of the enabled modules with the capability, best first. */
  order(tenantId: string, taskType: string): string[]
}

/** Chooses where a task runs: the service by what was learned of it, its instance by load. */
export interface TaskRouter extends RouteOrder {
  route(request: RouteRequest): RouteResult
  /** The same choice without taking a slot or counting it. */
  preview(request: RouteRequest): DecisionView
  /**
   * How many calls for this could be taken now: free slots of healthy instances whose breakers admit, of enabled modules
   * with the capability that offer enough (of the pinned one only, when given). Cheap: asked for every lane before every claim.
   */
  freeSlots(purpose: LanePurpose): number
  /** Whether any module, enabled or not, has the capability. */
  knowsType(tenantId: string, taskType: string): boolean
  stats(tenantId: string): RoutingStats
}
