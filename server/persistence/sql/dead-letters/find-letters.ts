import type { Pool } from 'pg'
import type { DeadLetterSummary } from '#server/contracts/dead-letters.ts'
import { type LetterRow, letterColumns, toLetter } from './letter-row.ts'

/** The letters with these ids, in no particular order; ids that are none are left out. */
export async function findLetters(pool: Pool, tenantId: string, ids: readonly string[]): Promise<DeadLetterSummary[]> {
  const { rows } = await pool.query<LetterRow>({
    name: 'find-dead-letters',
    text: `SELECT ${letterColumns} FROM dead_letter d WHERE d.tenant_id = $1 AND d.id = ANY ($2::uuid[])`,
    values: [tenantId, ids],
  })
  return rows.map(toLetter)
}
