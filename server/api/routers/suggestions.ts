import {
  analyzeInput,
  applyInput,
  approveInput,
  listSuggestionsInput,
  proposeInput,
  reasonedInput,
  reportInput,
  reportOutcomeInput,
  simulateInput,
  snoozeInput,
  suggestionIdInput,
} from '../../contracts/suggestions.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'stats:read' } as const
const act = { role: 'operator', scope: 'modules:write' } as const
const putOff = { role: 'operator', scope: 'none' } as const
/** No key may decide, whatever its scopes. */
const decide = { role: 'approver', scope: 'none' } as const

export const suggestionsRouter = router({
  list: procedure(read)
    .input(listSuggestionsInput)
    .query(({ ctx, input }) => ctx.operations.suggestions.list(ctx.tenantId, input)),
  get: procedure(read)
    .input(suggestionIdInput)
    .query(({ ctx, input }) => ctx.operations.suggestions.get(ctx.tenantId, input.id)),
  stats: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.suggestions.stats(ctx.tenantId)),
  waiting: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.suggestions.waiting(ctx.tenantId)),
  report: procedure(read)
    .input(reportInput)
    .query(({ ctx, input }) => ctx.operations.suggestions.report(ctx.tenantId, input.days)),
  analyze: procedure(act)
    .input(analyzeInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.analyze(ctx.by, input)),
  propose: procedure(act)
    .input(proposeInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.propose(ctx.by, input)),
  simulate: procedure(act)
    .input(simulateInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.simulate(ctx.by, input)),
  reportOutcome: procedure(act)
    .input(reportOutcomeInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.reportOutcome(ctx.by, input)),
  snooze: procedure(putOff)
    .input(snoozeInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.snooze(ctx.by, input)),
  approve: procedure(decide)
    .input(approveInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.approve(ctx.by, input)),
  reject: procedure(decide)
    .input(reasonedInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.reject(ctx.by, input)),
  revert: procedure(decide)
    .input(reasonedInput)
    .mutation(({ ctx, input }) => ctx.operations.suggestions.revert(ctx.by, input)),
})

/** Stands beside the others as `suggestions.apply`: within a router tRPC keeps the name `apply` for itself. */
export const applySuggestionProcedure = procedure(decide)
  .input(applyInput)
  .mutation(({ ctx, input }) => ctx.operations.suggestions.apply(ctx.by, input))
