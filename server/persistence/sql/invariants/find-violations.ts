import type { Pool } from 'pg'
import type { InvariantName } from '#server/contracts/invariants.ts'
import type { Finding } from '#server/core/invariants/invariant-store.ts'

const sampled = 20
/** Ids begin with their time in ms, so a day of tasks is a range of ids. */
const dayAgo = `
  (lpad(to_hex((extract(epoch FROM clock_timestamp() - interval '24 hours') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`

/**
 * What breaks each invariant, as `tell` (one line of text each). Each is one statement, so that it sees one snapshot: what
 * moves between tables in one transaction is never seen half-way.
 */
const statements: Partial<Record<InvariantName, string>> = {
  'one-place-per-task': `
    WITH place AS (
      SELECT tenant_id, id, 'ready' AS place FROM ready UNION ALL SELECT tenant_id, id, 'waiting' FROM waiting
      UNION ALL SELECT tenant_id, id, 'lease' FROM lease
      UNION ALL SELECT tenant_id, id, 'outcome' FROM outcome WHERE id >= ${dayAgo}
    ), twice AS (
      SELECT id, string_agg(place, ' and ' ORDER BY place) AS places FROM place GROUP BY tenant_id, id HAVING count(*) > 1
    ), nowhere AS (
      SELECT t.id FROM task t WHERE t.id >= ${dayAgo}
        AND NOT EXISTS (SELECT FROM place p WHERE p.tenant_id = t.tenant_id AND p.id = t.id)
    )
    SELECT id || ' (' || places || ')' AS tell FROM twice UNION ALL SELECT id || ' (nowhere)' FROM nowhere`,
  'outcome-without-task': `
    SELECT o.id::text AS tell FROM outcome o WHERE o.id >= ${dayAgo}
      AND NOT EXISTS (SELECT FROM task t WHERE t.tenant_id = o.tenant_id AND t.id = o.id)`,
  'orphaned-leases': `
    SELECT l.id || ' (' || l.replica_id || ')' AS tell FROM lease l LEFT JOIN replica r ON r.id = l.replica_id
    WHERE r.id IS NULL OR r.stopped_at < clock_timestamp() - interval '60 seconds'
      OR r.heartbeat_at < clock_timestamp() - interval '60 seconds'`,
  'attempts-missing': `
    SELECT o.id || ' (' || count(a.number) || ' of ' || o.attempts || ')' AS tell
    FROM outcome o LEFT JOIN attempt a ON a.tenant_id = o.tenant_id AND a.task_id = o.id
    WHERE o.id >= ${dayAgo} GROUP BY o.tenant_id, o.id, o.attempts HAVING count(a.number) < o.attempts`,
  'blocked-without-parents': `
    SELECT i.id || ' (waits for ' || i.parents || ', ' || i.open_parents || ' not ended)' AS tell
    FROM inspect_blocked(ARRAY(SELECT id FROM waiting WHERE due_at IS NULL)) i
    WHERE i.parents <> i.open_parents OR i.failed_ids IS NOT NULL`,
  'awaited-but-ended': `
    SELECT a.id::text AS tell FROM awaited a JOIN outcome o ON o.tenant_id = a.tenant_id AND o.id = a.id`,
  'events-in-sequence': `
    WITH numbered AS (
      SELECT first_seq, count, lead(first_seq) OVER (ORDER BY first_seq) AS next FROM event_batch
      WHERE first_seq IS NOT NULL AND written_at > clock_timestamp() - interval '24 hours'
    )
    SELECT CASE WHEN next > first_seq + count THEN (first_seq + count) || ' to ' || (next - 1) || ' are missing'
                ELSE next || ' is given twice' END AS tell FROM numbered WHERE next <> first_seq + count
    UNION ALL
    SELECT 'the last number is ' || s.last_seq || ', and events go to ' || max(n.first_seq + n.count - 1)
    FROM event_sequence s, numbered n GROUP BY s.last_seq HAVING s.last_seq <> max(n.first_seq + n.count - 1)
    UNION ALL
    SELECT count || ' events of ' || to_char(written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' have no number'
    FROM event_batch WHERE first_seq IS NULL AND written_at < clock_timestamp() - interval '60 seconds'`,
  'event-totals': `
    SELECT 'the totals add up to ' || t.total || ', ' || s.counted_seq || ' were counted' AS tell
    FROM event_sequence s, (SELECT coalesce(sum(count), 0) AS total FROM event_total) t WHERE t.total <> s.counted_seq`,
  'live-totals': `
    SELECT 'the totals say ' || t.count || ' tasks of ' || t.bytes || ' bytes, the tables ' || c.count || ' of ' || c.bytes AS tell
    FROM (
      SELECT coalesce(sum(accepted - succeeded - failed - cancelled - expired), 0) AS count, coalesce(sum(live_bytes), 0) AS bytes
      FROM task_total
    ) t, (
      SELECT count(*) AS count, coalesce(sum(t.payload_bytes), 0) AS bytes
      FROM (SELECT tenant_id, id FROM ready UNION ALL SELECT tenant_id, id FROM waiting UNION ALL SELECT tenant_id, id FROM lease) l
      JOIN task t ON t.tenant_id = l.tenant_id AND t.id = l.id
    ) c WHERE t.count <> c.count OR t.bytes <> c.bytes`,
  'dead-letters-of-failures': `
    SELECT o.id || ' (failed, no letter)' AS tell FROM outcome o WHERE o.id >= ${dayAgo} AND o.status = 'failed'
      AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.tenant_id = o.tenant_id AND d.id = o.id)
    UNION ALL
    SELECT d.id || ' (letter, not failed)' FROM dead_letter d WHERE d.id >= ${dayAgo}
      AND NOT EXISTS (SELECT FROM outcome o WHERE o.tenant_id = d.tenant_id AND o.id = d.id AND o.status = 'failed')`,
}

/** Looks for what breaks an invariant; throws for one that the database cannot judge. */
export async function findViolations(pool: Pool, name: InvariantName): Promise<Finding> {
  const statement = statements[name]
  if (statement === undefined) throw new Error(`the database cannot judge the invariant ${name}`)
  const { rows } = await pool.query<{ found: number; sample: string[] | null }>(
    `WITH broken AS MATERIALIZED (${statement})
     SELECT (SELECT count(*)::int FROM broken) AS found,
            (SELECT array_agg(tell) FROM (SELECT tell FROM broken ORDER BY tell LIMIT ${sampled}) first) AS sample`,
  )
  return { count: rows[0]?.found ?? 0, sample: rows[0]?.sample ?? [] }
}
