import { reportRouteInput, routeInput } from '../../contracts/routing.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const statistics = { role: 'viewer', scope: 'stats:read' } as const

export const routingRouter = router({
  /** What would be decided for a task of this type now; nothing is sent. */
  preview: procedure({ role: 'viewer', scope: 'modules:read' })
    .input(routeInput)
    .query(({ ctx, input }) => ctx.operations.router.preview(ctx.tenantId, input)),
  /** A slot on the best instance, for a call that the caller makes itself and then reports. */
  route: procedure({ role: 'operator', scope: 'tasks:submit' })
    .input(routeInput)
    .mutation(({ ctx, input }) => ctx.operations.router.route(ctx.tenantId, input)),
  /** How a routed call ended; answers with the fallback when one is asked for. */
  report: procedure({ role: 'operator', scope: 'tasks:submit' })
    .input(reportRouteInput)
    .mutation(({ ctx, input }) => ctx.operations.router.report(ctx.tenantId, input)),
  stats: procedureWithoutInput(statistics).query(({ ctx }) => ctx.operations.router.stats(ctx.tenantId)),
  balancer: procedureWithoutInput(statistics).query(({ ctx }) => ctx.operations.router.balancerStats(ctx.tenantId)),
})
