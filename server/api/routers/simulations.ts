import {
  describeChangeInput,
  listSimulationsInput,
  runSimulationInput,
  simulationIdInput,
} from '../../contracts/simulations.ts'
import { procedure, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'stats:read' } as const
const act = { role: 'operator', scope: 'modules:write' } as const

export const simulationsRouter = router({
  run: procedure(act)
    .input(runSimulationInput)
    .mutation(({ ctx, input }) => ctx.operations.simulations.run(ctx.by, input)),
  get: procedure(read)
    .input(simulationIdInput)
    .query(({ ctx, input }) => ctx.operations.simulations.get(ctx.tenantId, input.id)),
  list: procedure(read)
    .input(listSimulationsInput)
    .query(({ ctx, input }) => ctx.operations.simulations.list(ctx.tenantId, input)),
  cancel: procedure(act)
    .input(simulationIdInput)
    .mutation(({ ctx, input }) => ctx.operations.simulations.cancel(ctx.by, input.id)),
  describe: procedure(read)
    .input(describeChangeInput)
    .query(({ ctx, input }) => ctx.operations.simulations.describe(ctx.tenantId, input.change)),
})
