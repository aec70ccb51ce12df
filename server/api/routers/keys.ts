import { createKeyInput, revokeKeyInput } from '../../contracts/keys.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

const administer = { role: 'admin', scope: 'none' } as const

export const keysRouter = router({
  list: procedureWithoutInput(administer).query(async ({ ctx }) => wholePage(await ctx.keys.list(ctx.tenantId))),
  /** The answer holds the secret; it is shown this once. */
  create: procedure(administer)
    .input(createKeyInput)
    .mutation(({ ctx, input }) => ctx.keys.create(ctx.by, input)),
  revoke: procedure(administer)
    .input(revokeKeyInput)
    .mutation(({ ctx, input }) => ctx.keys.revoke(ctx.by, input.id)),
})
