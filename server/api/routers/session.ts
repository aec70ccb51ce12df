import { changePasswordInput } from '../../contracts/people.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { viewerOf } from '../viewer.ts'

export const sessionRouter = router({
  /** Who is asking. */
  viewer: procedureWithoutInput({ role: 'viewer', scope: 'any' }).query(({ ctx }) => viewerOf(ctx.by)),
  /** Sets one's own password; every session ends, this one too. */
  changePassword: procedure({ role: 'viewer', scope: 'none' })
    .input(changePasswordInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.people.changePassword(ctx.by, input)
      return { changed: true as const }
    }),
})
