import { addPersonInput, removePersonInput, setPasswordInput, setRoleInput } from '../../contracts/people.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

const administer = { role: 'admin', scope: 'none' } as const

export const peopleRouter = router({
  list: procedureWithoutInput(administer).query(async ({ ctx }) => wholePage(await ctx.people.list(ctx.tenantId))),
  add: procedure(administer)
    .input(addPersonInput)
    .mutation(({ ctx, input }) => ctx.people.add(ctx.by, input)),
  setRole: procedure(administer)
    .input(setRoleInput)
    .mutation(({ ctx, input }) => ctx.people.setRole(ctx.by, input.id, input.role)),
  setPassword: procedure(administer)
    .input(setPasswordInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.people.setPassword(ctx.by, input.id, input.password)
      return { id: input.id }
    }),
  remove: procedure(administer)
    .input(removePersonInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.people.remove(ctx.by, input.id)
      return input
    }),
})
