import {
  breakerTimelineInput,
  configureBreakerInput,
  forceBreakerInput,
  getBreakerInput,
  listBreakersInput,
  resetAllBreakersInput,
  resetBreakerInput,
} from '../../contracts/breakers.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

const read = { role: 'viewer', scope: 'modules:read' } as const
const write = { role: 'operator', scope: 'modules:write' } as const

export const breakersRouter = router({
  list: procedure(read)
    .input(listBreakersInput)
    .query(({ ctx, input }) =>
      wholePage(
        ctx.operations.breakers
          .list(ctx.tenantId)
          .filter(breaker => input.moduleId === undefined || breaker.moduleId === input.moduleId)
          .filter(breaker => input.state === undefined || breaker.state === input.state),
      ),
    ),
  get: procedure(read)
    .input(getBreakerInput)
    .query(({ ctx, input }) => ctx.operations.breakers.get(ctx.tenantId, input.moduleId, input.instanceId)),
  timeline: procedure(read)
    .input(breakerTimelineInput)
    .query(({ ctx, input }) => ctx.operations.breakers.timeline(ctx.tenantId, input)),
  forceOpen: procedure(write)
    .input(forceBreakerInput)
    .mutation(({ ctx, input: { reason, expiresInMs, ...target } }) =>
      ctx.operations.breakers.force(ctx.by, target, { state: 'open', reason, expiresInMs }),
    ),
  forceClose: procedure(write)
    .input(forceBreakerInput)
    .mutation(({ ctx, input: { reason, expiresInMs, ...target } }) =>
      ctx.operations.breakers.force(ctx.by, target, { state: 'closed', reason, expiresInMs }),
    ),
  reset: procedure(write)
    .input(resetBreakerInput)
    .mutation(({ ctx, input: { reason, ...target } }) => ctx.operations.breakers.reset(ctx.by, target, reason)),
  resetAll: procedure(write)
    .input(resetAllBreakersInput)
    .mutation(async ({ ctx, input }) => ({ reset: await ctx.operations.breakers.resetAll(ctx.by, input.reason) })),
  configure: procedure(write)
    .input(configureBreakerInput)
    .mutation(({ ctx, input }) => ctx.operations.breakers.configure(ctx.by, input)),
  /**
   * Every breaker now; then those that changed, at most four times a second. Without changes an empty list comes every two
   * seconds, as a sign of life.
   */
  onChange: procedureWithoutInput(read).subscription(({ ctx, signal }) =>
    ctx.feeds.breakers.follow(ctx.tenantId, { signal, pace: ctx.pace }),
  ),
})
