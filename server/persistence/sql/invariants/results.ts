import type { Pool } from 'pg'
import type { CheckResult, InvariantStore } from '#server/core/invariants/invariant-store.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'

interface Row {
  name: CheckResult['name']
  outcome: CheckResult['outcome']
  found: number
  sample: string[]
  error: string | null
  violated_since: Date | null
  ran_at: Date
  duration_ms: number
  ran_by: string
}

/** The last result of every check that was ever made. */
export async function readResults(pool: Pool): Promise<CheckResult[]> {
  const { rows } = await pool.query<Row>('SELECT * FROM invariant_result')
  return rows.map(row => ({
    name: row.name,
    outcome: row.outcome,
    found: row.found,
    sample: row.sample,
    error: row.error,
    violatedSince: row.violated_since?.getTime() ?? null,
    ranAt: row.ran_at.getTime(),
    durationMs: row.duration_ms,
    ranBy: row.ran_by,
  }))
}

/** A check that could not be made leaves open whether what it found before still is so. */
export function saveResults(pool: Pool, ...[results, askedBy]: Parameters<InvariantStore['save']>): Promise<void> {
  return inTransaction(pool, async client => {
    for (const { name, outcome, found, sample, error, ranAt, durationMs, ranBy } of results) {
      await client.query(
        `INSERT INTO invariant_result AS r (name, outcome, found, sample, error, violated_since, ran_at, duration_ms, ran_by)
         VALUES ($1, $2, $3, $4, $5, CASE WHEN $2 = 'violated' THEN $6::timestamptz END, $6, $7, $8)
         ON CONFLICT (name) DO UPDATE SET
           outcome = excluded.outcome, found = excluded.found, sample = excluded.sample, error = excluded.error,
           violated_since = CASE excluded.outcome WHEN 'held' THEN NULL WHEN 'failed' THEN r.violated_since
                            ELSE coalesce(r.violated_since, excluded.ran_at) END,
           ran_at = excluded.ran_at, duration_ms = excluded.duration_ms, ran_by = excluded.ran_by`,
        [name, outcome, found, sample, error, new Date(ranAt), durationMs, ranBy],
      )
    }
    if (askedBy === null) return
    const broken = results.filter(({ outcome }) => outcome !== 'held').map(({ name }) => name)
    await appendAudit(client, [
      {
        by: askedBy,
        action: 'invariants.checked',
        targetKind: 'installation',
        targetId: 'invariants',
        details: { checks: results.map(({ name }) => name), broken },
      },
    ])
  })
}
