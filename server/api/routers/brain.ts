import {
  decideInput,
  learnInput,
  performanceInput,
  prioritizeInput,
  regretInput,
  setChoicePolicyInput,
} from '../../contracts/learning.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'stats:read' } as const

export const brainRouter = router({
  decide: procedure({ role: 'viewer', scope: 'modules:read' })
    .input(decideInput)
    .query(({ ctx, input }) => ctx.operations.brain.decide(ctx.tenantId, input)),
  prioritize: procedure({ role: 'viewer', scope: 'tasks:read' })
    .input(prioritizeInput)
    .query(({ ctx, input }) => ctx.operations.brain.prioritize(ctx.tenantId, input)),
  learn: procedure({ role: 'operator', scope: 'health:report' })
    .input(learnInput)
    .mutation(({ ctx, input }) => ctx.operations.brain.learn(ctx.by, input)),
  performance: procedure(read)
    .input(performanceInput)
    .query(({ ctx, input }) => ctx.operations.brain.performance(ctx.tenantId, input)),
  regret: procedure(read)
    .input(regretInput)
    .query(({ ctx, input }) => ctx.operations.brain.regret(ctx.tenantId, input)),
  policy: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.brain.policy(ctx.tenantId)),
  setPolicy: procedure({ role: 'operator', scope: 'modules:write' })
    .input(setChoicePolicyInput)
    .mutation(({ ctx, input }) => ctx.operations.brain.setPolicy(ctx.by, input)),
})
