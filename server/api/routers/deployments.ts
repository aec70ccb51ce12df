import {
  advanceDeploymentInput,
  deploymentInput,
  pauseDeploymentInput,
  rollBackDeploymentInput,
} from '../../contracts/deployments.ts'
import { procedure, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'modules:read' } as const
const write = { role: 'operator', scope: 'modules:write' } as const

export const deploymentsRouter = router({
  get: procedure(read)
    .input(deploymentInput)
    .query(({ ctx, input }) => ctx.operations.deployments.progress(ctx.tenantId, input.id)),
  pause: procedure(write)
    .input(pauseDeploymentInput)
    .mutation(({ ctx, input }) => ctx.operations.deployments.pause(ctx.by, input.id, input.reason ?? null)),
  continue: procedure(write)
    .input(deploymentInput)
    .mutation(({ ctx, input }) => ctx.operations.deployments.resume(ctx.by, input.id)),
  advance: procedure(write)
    .input(advanceDeploymentInput)
    .mutation(({ ctx, input }) => ctx.operations.deployments.advance(ctx.by, input.id, input.step)),
  rollBack: procedure(write)
    .input(rollBackDeploymentInput)
    .mutation(({ ctx, input }) => ctx.operations.deployments.rollBack(ctx.by, input.id, input.reason)),
})
