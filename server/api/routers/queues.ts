import { queuePolicyInput } from '../../contracts/tasks.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'stats:read' } as const

export const queuesRouter = router({
  stats: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.queue.stats(ctx.tenantId)),
  policy: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.queue.policy(ctx.tenantId)),
  setPolicy: procedure({ role: 'operator', scope: 'modules:write' })
    .input(queuePolicyInput)
    .mutation(({ ctx, input }) => ctx.operations.queue.setPolicy(ctx.by, input)),
})
