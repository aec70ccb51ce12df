import { listViewsInput, removeViewInput, saveViewInput } from '../../contracts/views.ts'
import { procedure, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

const ofPeople = { role: 'viewer', scope: 'none' } as const

/** Filters of pages under a name: one's own, and those that operators share with everybody. */
export const viewsRouter = router({
  list: procedure(ofPeople)
    .input(listViewsInput)
    .query(async ({ ctx, input }) => wholePage(await ctx.views.list(ctx.by, input))),
  /** One of the same name is replaced. */
  save: procedure(ofPeople)
    .input(saveViewInput)
    .mutation(({ ctx, input }) => ctx.views.save(ctx.by, input)),
  remove: procedure(ofPeople)
    .input(removeViewInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.views.remove(ctx.by, input.id)
      return { removed: true as const }
    }),
})
