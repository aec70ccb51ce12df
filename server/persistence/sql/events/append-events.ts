import type { Pool } from 'pg'
import type { StampedEvent } from '#server/core/events/event-store.ts'
import { serializeEvent } from './stored-event.ts'

/** Adds one batch row per tenant. Committed batches are numbered later by `sequenceEvents`. */
export async function appendEvents(
  client: Pick<Pool, 'query'>,
  batches: readonly { tenantId: string; events: readonly StampedEvent[] }[],
): Promise<void> {
  await client.query({
    name: 'append-events',
    text: `
      INSERT INTO event_batch (tenant_id, count, types, events)
      SELECT tenant_id, count, string_to_array(types, ','), events
      FROM unnest($1::text[], $2::int[], $3::text[], $4::text[]) AS batch (tenant_id, count, types, events)`,
    values: [
      batches.map(batch => batch.tenantId),
      batches.map(batch => batch.events.length),
      batches.map(batch => [...new Set(batch.events.map(event => event.type))].join(',')),
      batches.map(batch => `[${batch.events.map(serializeEvent).join(',')}]`),
    ],
  })
}
