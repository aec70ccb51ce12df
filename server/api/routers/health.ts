import { healthHistoryInput, healthReportInput, healthUnhealthyInput } from '../../contracts/health.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'health:read' } as const

export const healthRouter = router({
  summary: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.health.summary(ctx.tenantId)),
  unhealthy: procedure(read)
    .input(healthUnhealthyInput)
    .query(({ ctx, input }) => ctx.operations.health.unhealthy(ctx.tenantId, input.threshold)),
  report: procedure({ role: 'operator', scope: 'health:report', ofModule: true })
    .input(healthReportInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.operations.health.report(ctx.by, input)
      return { accepted: true as const }
    }),
  history: procedure(read)
    .input(healthHistoryInput)
    .query(({ ctx, input }) => ctx.operations.health.history(ctx.tenantId, input)),
})
