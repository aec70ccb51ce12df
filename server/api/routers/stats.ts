import { spendInput } from '../../contracts/stats.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'stats:read' } as const

export const statsRouter = router({
  orchestrator: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.stats.orchestrator(ctx.tenantId)),
  status: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.stats.status(ctx.tenantId)),
  dashboard: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.stats.dashboard(ctx.tenantId)),
  spend: procedure(read)
    .input(spendInput)
    .query(({ ctx, input }) => ctx.operations.stats.spend(ctx.tenantId, input)),
  /** The command center twice a second, computed once for all who watch. */
  onDashboard: procedureWithoutInput(read).subscription(({ ctx, signal }) =>
    ctx.feeds.dashboard.follow(ctx.tenantId, { signal, pace: ctx.pace }),
  ),
})
