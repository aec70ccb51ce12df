import { heartbeatInput } from '../../contracts/health.ts'
import {
  deregisterInstanceInput,
  putBackInstanceInput,
  registerInstanceInput,
  takeOutInstanceInput,
  updateInstanceInput,
} from '../../contracts/modules.ts'
import { procedure, router } from '../trpc.ts'

const write = { role: 'operator', scope: 'modules:write' } as const
const writeOwn = { ...write, ofModule: true } as const

export const instancesRouter = router({
  register: procedure(writeOwn)
    .input(registerInstanceInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.registerInstance(ctx.by, input)),
  update: procedure(write)
    .input(updateInstanceInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.updateInstance(ctx.by, input)),
  takeOut: procedure(write)
    .input(takeOutInstanceInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.takeOutInstance(ctx.by, input)),
  putBack: procedure(write)
    .input(putBackInstanceInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.putBackInstance(ctx.by, input)),
  /** A sign of life that an instance sends by itself, about every 15 s. */
  heartbeat: procedure({ role: 'operator', scope: 'health:report', ofModule: true })
    .input(heartbeatInput)
    .mutation(({ ctx, input }) => ctx.operations.health.heartbeat(ctx.by, input)),
  deregister: procedure(writeOwn)
    .input(deregisterInstanceInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.operations.modules.deregisterInstance(ctx.by, input)
      return input
    }),
})
