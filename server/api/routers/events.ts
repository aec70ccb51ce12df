import { listEventsInput, onEventInput, recentEventsInput, replayEventsInput } from '../../contracts/events.ts'
import { followEvents } from '../follow-events.ts'
import { procedure, router } from '../trpc.ts'

const read = { role: 'viewer', scope: 'events:read' } as const

export const eventsRouter = router({
  recent: procedure(read)
    .input(recentEventsInput)
    .query(({ ctx, input: { limit, ...filter } }) => ctx.operations.events.recent(ctx.tenantId, filter, limit)),
  list: procedure(read)
    .input(listEventsInput)
    .query(({ ctx, input: { cursor, limit, ...filter } }) =>
      ctx.operations.events.list(ctx.tenantId, filter, { cursor, limit }),
    ),
  replay: procedure(read)
    .input(replayEventsInput)
    .query(({ ctx, input: { types, ...range } }) => ctx.operations.events.replay(ctx.tenantId, range, types)),
  /** Every event, in order; a reconnect with the last id goes on after it, without gap or repeat. */
  onEvent: procedure(read)
    .input(onEventInput)
    .subscription(({ ctx, input, signal }) =>
      followEvents(ctx.operations, ctx.tenantId, input, { signal, pace: ctx.pace }),
    ),
})
