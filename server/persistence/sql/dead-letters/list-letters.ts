import type { Pool } from 'pg'
import type { Page } from '#server/contracts/common.ts'
import type { DeadLetterSummary, ListDeadLetters } from '#server/contracts/dead-letters.ts'
import { letterConditions } from './letter-conditions.ts'
import { type LetterRow, letterColumns, toLetter } from './letter-row.ts'

/** One page of letters, the last to fail first. The cursor is the millisecond and the id of the last one shown. */
export async function listLetters(
  pool: Pool,
  tenantId: string,
  { cursor, limit, ...filter }: ListDeadLetters,
): Promise<Page<DeadLetterSummary>> {
  const values: unknown[] = [tenantId]
  const bind = (value: unknown) => `$${values.push(value)}`
  const where = ['d.tenant_id = $1', ...letterConditions(filter, bind)]
  if (cursor !== undefined) {
    const [ms = '', id = ''] = cursor.split('.')
    where.push(`(d.failed_at, d.id) < (${bind(new Date(Number(ms)).toISOString())}::timestamptz, ${bind(id)}::uuid)`)
  }
  const { rows } = await pool.query<LetterRow>({
    text: `
      SELECT ${letterColumns} FROM dead_letter d WHERE ${where.join(' AND ')}
      ORDER BY d.failed_at DESC, d.id DESC LIMIT ${bind(limit + 1)}`,
    values,
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toLetter),
    nextCursor: rows.length > limit && last ? `${last.failed_at.getTime()}.${last.id}` : null,
  }
}
