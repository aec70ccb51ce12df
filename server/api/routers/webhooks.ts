import {
  createWebhookInput,
  deliveryIdInput,
  listDeliveriesInput,
  updateWebhookInput,
  webhookIdInput,
} from '../../contracts/webhooks.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

/** An address may hold a secret of the receiver, so that looking is for admins too. */
const administer = { role: 'admin', scope: 'none' } as const

export const webhooksRouter = router({
  list: procedureWithoutInput(administer).query(async ({ ctx }) =>
    wholePage(await ctx.operations.webhooks.list(ctx.tenantId)),
  ),
  /** The answer holds the secret; it is shown this once. */
  create: procedure(administer)
    .input(createWebhookInput)
    .mutation(({ ctx, input }) => ctx.operations.webhooks.create(ctx.by, input)),
  update: procedure(administer)
    .input(updateWebhookInput)
    .mutation(({ ctx, input }) => ctx.operations.webhooks.update(ctx.by, input)),
  remove: procedure(administer)
    .input(webhookIdInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.operations.webhooks.remove(ctx.by, input.id)
      return { removed: true as const }
    }),
  test: procedure(administer)
    .input(webhookIdInput)
    .mutation(({ ctx, input }) => ctx.operations.webhooks.test(ctx.by, input.id)),
  deliveries: procedure(administer)
    .input(listDeliveriesInput)
    .query(({ ctx, input }) => ctx.operations.webhooks.deliveries(ctx.tenantId, input)),
  redeliver: procedure(administer)
    .input(deliveryIdInput)
    .mutation(({ ctx, input }) => ctx.operations.webhooks.redeliver(ctx.by, input.id)),
})
