import { previewRouteInput } from '../../contracts/routing.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const statistics = { role: 'viewer', scope: 'stats:read' } as const

export const routingRouter = router({
  /** What would be decided for a task of this type now; nothing is sent. */
  preview: procedure({ role: 'viewer', scope: 'modules:read' })
    .input(previewRouteInput)
    .query(({ ctx, input }) => ctx.operations.router.preview(ctx.tenantId, input)),
  stats: procedureWithoutInput(statistics).query(({ ctx }) => ctx.operations.router.stats(ctx.tenantId)),
  balancer: procedureWithoutInput(statistics).query(({ ctx }) => ctx.operations.router.balancerStats(ctx.tenantId)),
})
