import { setFlagsInput } from '../../contracts/settings.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'

export const settingsRouter = router({
  flags: procedureWithoutInput({ role: 'viewer', scope: 'stats:read' }).query(({ ctx }) =>
    ctx.operations.settings.flags(),
  ),
  setFlags: procedure({ role: 'admin', scope: 'modules:write' })
    .input(setFlagsInput)
    .mutation(({ ctx, input }) => ctx.operations.settings.setFlags(ctx.by, input)),
})
