import type { ClientBase } from 'pg'
import { firstIdAt } from '../id-range.ts'

/** How many tasks a tenant was sent between two moments (ms since the epoch), by their ids: one range of the primary key. */
export async function countWindow(client: ClientBase, tenantId: string, from: number, to: number): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    'SELECT count(*) FROM task WHERE tenant_id = $1 AND id >= $2 AND id < $3',
    [tenantId, firstIdAt(from), firstIdAt(to)],
  )
  return Number(rows[0]?.count ?? 0)
}
