import type { Pool } from 'pg'
import type { BreakerKey, ProbeGrant } from '#server/core/resilience/breaker-board.ts'

/** Whoever is refused asks again after this long at the latest: the holder may be done before its lease is over. */
const askAgainMs = 1_000
/** The replica whose probe failed last lets others go first for this long. */
const yieldMs = 1_000

/**
 * Takes the right to probe a breaker. The row lock lets one caller have it at a time; a lease of a replica that is dead does
 * not count. `until` of a refusal is when to ask again.
 */
export async function takeProbe(
  pool: Pool,
  replicaId: string,
  { tenantId, moduleId, instanceId }: BreakerKey,
  terms: { leaseMs: number; deadAfterMs: number },
): Promise<ProbeGrant> {
  const { rows } = await pool.query<{ is_granted: boolean; until_ms: number }>({
    name: 'take-probe',
    text: `
      WITH taken AS (
        INSERT INTO breaker_probe AS p (tenant_id, module_id, instance_id, holder, lease_until)
        VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond')
        ON CONFLICT (tenant_id, module_id, instance_id) DO UPDATE
        SET holder = excluded.holder, lease_until = excluded.lease_until
        WHERE (p.holder = excluded.holder OR p.lease_until <= clock_timestamp() OR NOT EXISTS (
            SELECT FROM replica r WHERE r.id = p.holder AND r.stopped_at IS NULL
              AND r.heartbeat_at > clock_timestamp() - $6 * interval '1 millisecond'))
          AND (p.next_at IS NULL OR clock_timestamp() >=
            p.next_at + CASE WHEN p.ended_by = excluded.holder THEN $7 ELSE 0 END * interval '1 millisecond')
        RETURNING true
      )
      SELECT EXISTS (SELECT FROM taken) AS is_granted, (extract(epoch FROM coalesce((
        SELECT greatest(
          p.next_at + CASE WHEN p.ended_by = $4 THEN $7 ELSE 0 END * interval '1 millisecond',
          least(p.lease_until, clock_timestamp() + $8 * interval '1 millisecond'))
        FROM breaker_probe p WHERE p.tenant_id = $1 AND p.module_id = $2 AND p.instance_id = $3
      ), clock_timestamp() + $8 * interval '1 millisecond')) * 1000)::float8 AS until_ms`,
    values: [tenantId, moduleId, instanceId, replicaId, terms.leaseMs, terms.deadAfterMs, yieldMs, askAgainMs],
  })
  const [row] = rows
  return row?.is_granted === true ? { isGranted: true } : { isGranted: false, until: row?.until_ms ?? 0 }
}
