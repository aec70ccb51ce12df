import { procedure, router } from '../trpc.ts'
import { viewerOf } from '../viewer.ts'

export const sessionRouter = router({
  /** Who is asking. */
  viewer: procedure({ role: 'viewer', scope: 'any' }).query(({ ctx }) => viewerOf(ctx.by)),
})
