import { changePauseInput } from '../../contracts/queues.ts'
import { queuePolicyInput } from '../../contracts/tasks.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const control = { role: 'operator', scope: 'modules:write' } as const
const read = { role: 'viewer', scope: 'stats:read' } as const

export const queuesRouter = router({
  stats: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.queue.stats(ctx.tenantId)),
  pauses: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.queue.pauses(ctx.tenantId)),
  pause: procedure(control)
    .input(changePauseInput)
    .mutation(({ ctx, input }) => ctx.operations.queue.pause(ctx.by, input)),
  resume: procedure(control)
    .input(changePauseInput)
    .mutation(({ ctx, input }) => ctx.operations.queue.resume(ctx.by, input)),
  policy: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.queue.policy(ctx.tenantId)),
  setPolicy: procedure(control)
    .input(queuePolicyInput)
    .mutation(({ ctx, input }) => ctx.operations.queue.setPolicy(ctx.by, input)),
})
