import { procedure, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'stats:read' } as const

export const statsRouter = router({
  orchestrator: procedure(read).query(({ ctx }) => ctx.operations.stats.orchestrator(ctx.tenantId)),
  status: procedure(read).query(({ ctx }) => ctx.operations.stats.status(ctx.tenantId)),
  dashboard: procedure(read).query(({ ctx }) => ctx.operations.stats.dashboard(ctx.tenantId)),
  /** The command center twice a second, computed once for all who watch. */
  onDashboard: procedure(read).subscription(({ ctx, signal }) =>
    ctx.feeds.dashboard.follow(ctx.tenantId, { signal, pace: ctx.pace }),
  ),
})
