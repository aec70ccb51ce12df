import type { RoutedCall, RouteInput, RouteReport, RouteReportAnswer } from '../../contracts/routing.ts'
import type { OutcomeLearner } from '../brain/outcome-learner.ts'
import type { HealthBoard } from '../health/health-board.ts'
import { noResources } from '../queue/resources.ts'
import type { BreakerBoard, CallVerdict, GuardedResult } from '../resilience/breaker-board.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { IdSource } from '../shared/ids.ts'
import type { RouteRequest, RouteResult, TaskRouter } from './task-router.ts'

export interface OutsideRoutesPorts {
  router: TaskRouter
  breakers: BreakerBoard
  health: Pick<HealthBoard, 'observeCall'>
  learner: OutcomeLearner
  clock: Clock
  ids: IdSource
}

type Routed = Extract<RouteResult, { kind: 'routed' }>
type Ending = RouteReport | 'expired'

interface OpenRoute {
  tenantId: string
  request: RouteRequest
  moduleId: string
  report: (report: RouteReport) => void
}

/** Calls that may be open at once; each is a promise and a map entry. */
const maxOpenRoutes = 10_000

/**
 * Routing for callers that make their calls themselves. An open route holds a slot and a call of the instance's breaker, just
 * as our own calls do, so probes, limits and learning hold for both. What is not reported within the module's call time-out
 * counts as timed out. Open routes live in this process; after a restart a report finds none.
 */
export class OutsideRoutes {
  readonly #ports: OutsideRoutesPorts
  readonly #open = new Map<string, OpenRoute>()

  constructor(ports: OutsideRoutesPorts) {
    this.#ports = ports
  }

  /** Throws TASK_TYPE_UNKNOWN; NO_ROUTE when nothing can take it now, with the decision in `details`; RATE_LIMITED. */
  async route(tenantId: string, input: RouteInput): Promise<RoutedCall> {
    if (!this.#ports.router.knowsType(tenantId, input.taskType)) {
      throw new QuarterdeckError('TASK_TYPE_UNKNOWN', {
        message: `No module has the capability ${input.taskType}.`,
        action: 'Register a module with this capability, or use one of the types that modules.list shows.',
      })
    }
    if (this.#open.size >= maxOpenRoutes) {
      throw new QuarterdeckError('RATE_LIMITED', {
        message: `There are ${maxOpenRoutes} open routes already.`,
        action: 'Report the outcomes of earlier calls first.',
        retryable: true,
      })
    }
    return this.#next({
      tenantId,
      taskType: input.taskType,
      pinnedModuleId: input.moduleId ?? null,
      complexity: 1,
      resources: input.resources ?? noResources,
      budgetLeftUsd: null,
      failedModuleIds: [],
      isOutside: true,
    })
  }

  /** Throws ROUTE_NOT_FOUND when it was reported before, has expired, or belongs to another tenant. */
  async report(tenantId: string, report: RouteReport): Promise<RouteReportAnswer> {
    const route = this.#open.get(report.routeId)
    if (route?.tenantId !== tenantId) {
      throw new QuarterdeckError('ROUTE_NOT_FOUND', {
        message: 'There is no open route with this id.',
        action: 'A route can be reported once, within the time-out that its answer named.',
      })
    }
    this.#open.delete(report.routeId)
    route.report(report)
    if (!report.wantFallback || report.outcome === 'succeeded') return { next: null }
    const failedModuleIds = [...route.request.failedModuleIds, route.moduleId]
    try {
      return { next: await this.#next({ ...route.request, failedModuleIds }) }
    } catch (error) {
      if (error instanceof QuarterdeckError && error.code === 'NO_ROUTE') return { next: null }
      throw error
    }
  }

  async #next(request: RouteRequest): Promise<RoutedCall> {
    const refused: string[] = []
    for (;;) {
      const route = this.#ports.router.route({ ...request, failedModuleIds: [...request.failedModuleIds, ...refused] })
      if (route.kind === 'unroutable') {
        throw new QuarterdeckError('NO_ROUTE', {
          message: `No module can take a call of type ${request.taskType} now: ${route.decision.reasons[0] ?? 'none is free'}.`,
          action: 'Try again later, or submit a task: tasks wait for a free module by themselves.',
          details: { decision: route.decision },
          retryable: true,
        })
      }
      const opened = await this.#tryOpen(request, route)
      if (opened) return opened
      refused.push(route.module.id)
    }
  }

  /** Null when the breaker refused, which can happen between the choice and the call. */
  async #tryOpen(request: RouteRequest, route: Routed): Promise<RoutedCall | null> {
    const { breakers, clock, ids } = this.#ports
    const { tenantId } = request
    const routeId = ids.next()
    const begunAt = clock.now()
    const ending = Promise.withResolvers<Ending>()
    const admitted = Promise.withResolvers<true>()
    const call = breakers.call<Ending>(
      { tenantId, moduleId: route.module.id, instanceId: route.instance.id },
      {
        action: signal => {
          signal.addEventListener('abort', () => ending.resolve('expired'), { once: true })
          admitted.resolve(true)
          return ending.promise
        },
        judge,
      },
    )
    const settled = call.then(result => this.#settle(request, route, result, { routeId, begunAt }))
    if ((await Promise.race([admitted.promise, settled])) !== true) return null
    this.#open.set(routeId, { tenantId, request, moduleId: route.module.id, report: ending.resolve })
    return {
      routeId,
      moduleId: route.module.id,
      instanceId: route.instance.id,
      endpoint: route.instance.endpoint,
      fallbacks: route.decision.fallbacks,
      retry: route.module.retry,
      expiresAt: new Date(begunAt + route.module.breaker.callTimeoutMs).toISOString(),
      decision: route.decision,
    }
  }

  /** Gives the slot back and learns, once, however the call ended. Answers false when it was never admitted. */
  #settle(
    { tenantId, taskType }: RouteRequest,
    route: Routed,
    result: GuardedResult<Ending>,
    { routeId, begunAt }: { routeId: string; begunAt: number },
  ): boolean {
    this.#open.delete(routeId)
    const ending = result.kind === 'completed' ? result.value : 'expired'
    if (result.kind === 'rejected' || (ending !== 'expired' && ending.outcome === 'busy')) {
      route.slot.release(null)
      return result.kind !== 'rejected'
    }
    const ok = ending !== 'expired' && ending.outcome === 'succeeded'
    const durationMs = this.#ports.clock.now() - begunAt
    const moduleId = route.module.id
    const errorCode = ok ? null : ending === 'expired' ? 'TIMEOUT' : (ending.errorCode ?? 'FAILED')
    route.slot.release({ ok, durationMs })
    this.#ports.health.observeCall(tenantId, moduleId, route.instance.id, { ok, durationMs })
    this.#ports.learner.learn({ tenantId, taskType, moduleId, ok, durationMs, errorCode })
    return true
  }
}

function judge(ending: Ending): CallVerdict {
  if (ending === 'expired') return { kind: 'failure', code: 'TIMEOUT', message: 'The caller did not report in time.' }
  if (ending.outcome === 'busy') return { kind: 'neutral' }
  if (ending.outcome === 'succeeded') return { kind: 'success' }
  return {
    kind: 'failure',
    code: ending.errorCode ?? 'FAILED',
    message: ending.errorMessage ?? 'Reported by the caller.',
  }
}
