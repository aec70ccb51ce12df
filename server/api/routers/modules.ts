import { testConnectionInput } from '../../contracts/connections.ts'
import { deployModuleInput } from '../../contracts/deployments.ts'
import {
  disableModuleInput,
  enableModuleInput,
  listModulesInput,
  moduleIdInput,
  registerModuleInput,
  removeModuleInput,
  updateModuleInput,
} from '../../contracts/modules.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

const read = { role: 'viewer', scope: 'modules:read' } as const
const write = { role: 'operator', scope: 'modules:write' } as const

export const modulesRouter = router({
  register: procedure(write)
    .input(registerModuleInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.register(ctx.by, input)),
  update: procedure(write)
    .input(updateModuleInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.update(ctx.by, input)),
  list: procedure(read)
    .input(listModulesInput)
    .query(({ ctx, input }) => wholePage(ctx.operations.modules.list(ctx.tenantId, input))),
  get: procedure(read)
    .input(moduleIdInput)
    .query(({ ctx, input }) => ctx.operations.modules.get(ctx.tenantId, input.id)),
  enable: procedure(write)
    .input(enableModuleInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.enable(ctx.by, input.id, input.withDependencies)),
  disable: procedure(write)
    .input(disableModuleInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.disable(ctx.by, input)),
  remove: procedure(write)
    .input(removeModuleInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.operations.modules.remove(ctx.by, input.id, input.reason)
      return { id: input.id }
    }),
  /** What registering a service at an endpoint would meet there; nothing is changed. */
  testConnection: procedure(write)
    .input(testConnectionInput)
    .mutation(({ ctx, input }) => ctx.operations.modules.testConnection(ctx.by, input.endpoint)),
  /** Another version comes in step by step; see `deployments`. */
  deploy: procedure(write)
    .input(deployModuleInput)
    .mutation(({ ctx, input }) => ctx.operations.deployments.start(ctx.by, input)),
  impact: procedure(read)
    .input(moduleIdInput)
    .query(({ ctx, input }) => ctx.operations.modules.impact(ctx.tenantId, input.id)),
  graph: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.modules.graph(ctx.tenantId)),
  byCategory: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.modules.byCategory(ctx.tenantId)),
  healthSummary: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.modules.healthSummary(ctx.tenantId)),
})
