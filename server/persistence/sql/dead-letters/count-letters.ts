import type { Pool } from 'pg'
import type { LetterFilter } from '#server/contracts/dead-letters.ts'
import { letterConditions } from './letter-conditions.ts'

/** How many open letters match, and since when the oldest of them waits. */
export async function countOpenLetters(
  pool: Pool,
  tenantId: string,
  filter: LetterFilter,
): Promise<{ open: number; oldestAt: string | null }> {
  const values: unknown[] = [tenantId]
  const bind = (value: unknown) => `$${values.push(value)}`
  const where = ['d.tenant_id = $1', ...letterConditions({ ...filter, state: ['open'] }, bind)]
  const { rows } = await pool.query<{ open: number; oldest: Date | null }>({
    text: `SELECT count(*)::int AS open, min(d.failed_at) AS oldest FROM dead_letter d WHERE ${where.join(' AND ')}`,
    values,
  })
  return { open: rows[0]?.open ?? 0, oldestAt: rows[0]?.oldest?.toISOString() ?? null }
}
