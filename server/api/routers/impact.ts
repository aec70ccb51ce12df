import { previewImpactInput } from '../../contracts/impact.ts'
import { procedure, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'modules:read' } as const

export const impactRouter = router({
  /** What an act would touch, asked before it is done; changes nothing. */
  preview: procedure(read)
    .input(previewImpactInput)
    .query(({ ctx, input }) => ctx.operations.impact.preview(ctx.tenantId, input)),
})
