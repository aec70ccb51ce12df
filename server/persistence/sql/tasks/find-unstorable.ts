import { DatabaseError, type Pool } from 'pg'

/** SQLSTATE class 22: what was sent cannot be represented. */
export function isDataException(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith('22') === true
}

/** Which of these JSON texts the database cannot hold, by halving; it need not be told why the others were refused with it. */
export async function findUnstorable(pool: Pool, payloads: readonly string[], from = 0): Promise<number[]> {
  try {
    await pool.query('SELECT count(text::jsonb) FROM unnest($1::text[]) AS p (text)', [payloads])
    return []
  } catch (error) {
    if (!isDataException(error)) throw error
    if (payloads.length === 1) return [from]
    const half = payloads.length >>> 1
    return [
      ...(await findUnstorable(pool, payloads.slice(0, half), from)),
      ...(await findUnstorable(pool, payloads.slice(half), from + half)),
    ]
  }
}
