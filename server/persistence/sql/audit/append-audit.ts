import type { PoolClient } from 'pg'
import type { Actor } from '#server/core/shared/principal.ts'
import type { AuditRecord } from '../../audit.ts'
import { createIdSource } from '../../uuid-v7.ts'

const ids = createIdSource()

/** Writes who did what with the transaction of the change itself, for changes made by hand-written statements. None, no row. */
export async function appendAudit(
  client: Pick<PoolClient, 'query'>,
  records: readonly (AuditRecord & { by: Actor })[],
): Promise<void> {
  if (records.length === 0) return
  const column = <Value>(read: (record: AuditRecord & { by: Actor }) => Value) => records.map(read)
  await client.query({
    name: 'append-audit',
    text: `
      INSERT INTO audit_entry (tenant_id, id, actor_kind, actor_id, actor_name, action, target_kind, target_id, reason, details)
      SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                           $9::text[], $10::jsonb[])`,
    values: [
      column(({ by }) => by.tenantId),
      column(() => ids.next()),
      column(({ by }) => by.kind),
      column(({ by }) => by.id),
      column(({ by }) => by.name),
      column(({ action }) => action),
      column(({ targetKind }) => targetKind),
      column(({ targetId }) => targetId),
      column(({ reason }) => reason ?? null),
      column(({ details }) => JSON.stringify(details ?? {})),
    ],
  })
}
