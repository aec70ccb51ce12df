import { deregisterInstanceInput, registerInstanceInput } from '../../contracts/modules.ts'
import { procedure, router } from '../trpc.ts'

const write = { role: 'operator', scope: 'modules:write' } as const

export const instancesRouter = router({
  register: procedure(write)
    .input(registerInstanceInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.registerInstance(ctx.by, input)),
  deregister: procedure(write)
    .input(deregisterInstanceInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.operations.modules.deregisterInstance(ctx.by, input)
      return input
    }),
})
