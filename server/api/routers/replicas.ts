import { procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

export const replicasRouter = router({
  /** Every process that works, or lately worked, on this database: what it does, holds, and when it was heard of last. */
  list: procedureWithoutInput({ role: 'viewer', scope: 'stats:read' }).query(async ({ ctx }) =>
    wholePage(await ctx.operations.replicas.list()),
  ),
})
