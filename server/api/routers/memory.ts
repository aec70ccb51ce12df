import {
  contextNameInput,
  listContextsInput,
  patternsInput,
  recentMemoriesInput,
  relevantMemoriesInput,
  setContextInput,
} from '../../contracts/memory.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'tasks:read' } as const
const write = { role: 'operator', scope: 'tasks:submit' } as const

export const memoryRouter = router({
  recent: procedure(read)
    .input(recentMemoriesInput)
    .query(({ ctx, input }) => ctx.operations.memory.recent(ctx.tenantId, input)),
  longTerm: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.memory.longTerm(ctx.tenantId)),
  patterns: procedure(read)
    .input(patternsInput)
    .query(({ ctx, input }) => ctx.operations.memory.patterns(ctx.tenantId, input)),
  relevant: procedure(read)
    .input(relevantMemoriesInput)
    .query(({ ctx, input }) => ctx.operations.memory.relevant(ctx.tenantId, input)),
  summary: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.memory.summary(ctx.tenantId)),
  setContext: procedure(write)
    .input(setContextInput)
    .mutation(({ ctx, input }) => ctx.operations.memory.setContext(ctx.by, input)),
  getContext: procedure(read)
    .input(contextNameInput)
    .query(({ ctx, input }) => ctx.operations.memory.getContext(ctx.tenantId, input.name)),
  listContexts: procedure(read)
    .input(listContextsInput)
    .query(({ ctx, input }) => ctx.operations.memory.listContexts(ctx.tenantId, input)),
  removeContext: procedure(write)
    .input(contextNameInput)
    .mutation(({ ctx, input }) => ctx.operations.memory.removeContext(ctx.by, input.name)),
})
