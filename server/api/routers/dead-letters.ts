import {
  abortDeadLetterJobInput,
  countDeadLettersInput,
  deadLetterIdInput,
  deadLetterJobInput,
  discardDeadLettersInput,
  groupDeadLettersInput,
  listDeadLetterJobsInput,
  listDeadLettersInput,
  reprocessDeadLetterInput,
  reprocessManyInput,
} from '../../contracts/dead-letters.ts'
import { procedure, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

const read = { role: 'viewer', scope: 'tasks:read' } as const
const act = { role: 'operator', scope: 'tasks:submit' } as const

export const deadLettersRouter = router({
  list: procedure(read)
    .input(listDeadLettersInput)
    .query(({ ctx, input }) => ctx.operations.deadLetters.list(ctx.tenantId, input)),
  groups: procedure(read)
    .input(groupDeadLettersInput)
    .query(async ({ ctx, input }) => wholePage(await ctx.operations.deadLetters.groups(ctx.tenantId, input))),
  count: procedure(read)
    .input(countDeadLettersInput)
    .query(({ ctx, input }) => ctx.operations.deadLetters.countOpen(ctx.tenantId, input)),
  get: procedure(read)
    .input(deadLetterIdInput)
    .query(({ ctx, input }) => ctx.operations.deadLetters.get(ctx.tenantId, input.id)),
  reprocess: procedure(act)
    .input(reprocessDeadLetterInput)
    .mutation(({ ctx, input }) => ctx.operations.deadLetters.reprocess(ctx.by, input)),
  reprocessMany: procedure(act)
    .input(reprocessManyInput)
    .mutation(({ ctx, input }) => ctx.operations.deadLetters.reprocessMany(ctx.by, input)),
  discard: procedure(act)
    .input(discardDeadLettersInput)
    .mutation(({ ctx, input }) => ctx.operations.deadLetters.discard(ctx.by, input)),
  jobs: procedure(read)
    .input(listDeadLetterJobsInput)
    .query(({ ctx, input }) => ctx.operations.deadLetters.jobs(ctx.tenantId, input)),
  job: procedure(read)
    .input(deadLetterJobInput)
    .query(({ ctx, input }) => ctx.operations.deadLetters.job(ctx.tenantId, input.id)),
  continueJob: procedure(act)
    .input(deadLetterJobInput)
    .mutation(({ ctx, input }) => ctx.operations.deadLetters.continueJob(ctx.by, input.id)),
  abortJob: procedure(act)
    .input(abortDeadLetterJobInput)
    .mutation(({ ctx, input }) => ctx.operations.deadLetters.abortJob(ctx.by, input.id, input.reason)),
})
