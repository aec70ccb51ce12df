import { runInvariantsInput } from '../../contracts/invariants.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

export const invariantsRouter = router({
  list: procedureWithoutInput({ role: 'viewer', scope: 'stats:read' }).query(async ({ ctx }) =>
    wholePage(await ctx.operations.invariants.list(ctx.tenantId)),
  ),
  run: procedure({ role: 'operator', scope: 'modules:write' })
    .input(runInvariantsInput)
    .mutation(async ({ ctx, input }) => wholePage(await ctx.operations.invariants.run(ctx.by, input))),
})
