import type { Pool } from 'pg'
import type { TracedCall } from '#server/core/memory/find-patterns.ts'
import type { TracedCallQuery } from '#server/core/memory/memory-store.ts'
import { type CallRow, newestCalls, toCall } from '../learning/read-calls.ts'

interface TracedRow extends CallRow {
  number: number
  priority: number
  payload_bytes: number
  fields: string[] | null
  scalars: Record<string, string | number | boolean> | null
}

/** Payloads that are larger are told apart by their size alone. */
const mostBytes = 16_384

/** The newest calls with what their tasks were like: names of top-level fields, and values of those that are short. */
export async function readTracedCalls(pool: Pool, tenantId: string, query: TracedCallQuery): Promise<TracedCall[]> {
  const isRead = `t.payload_bytes <= ${mostBytes} AND jsonb_typeof(t.payload) = 'object'`
  const columns = `, a.number, t.priority, t.payload_bytes,
        CASE WHEN ${isRead} THEN ARRAY(SELECT key FROM jsonb_object_keys(t.payload) AS key LIMIT 32) END AS fields,
        CASE WHEN ${isRead} THEN (
          SELECT jsonb_object_agg(short.key, short.value)
          FROM (SELECT key, value FROM jsonb_each(t.payload)
                WHERE jsonb_typeof(value) IN ('string', 'number', 'boolean') AND length(value::text) <= 42 LIMIT 32) AS short
        ) END AS scalars`
  const { rows } = await pool.query<TracedRow>(newestCalls(tenantId, query, { name: 'read-traced-calls', columns }))
  return rows.map(({ number, priority, payload_bytes, fields, scalars, ...row }) => {
    const { costUsd: _, ...call } = toCall(row)
    return { ...call, attempt: number, priority, payloadBytes: payload_bytes, fields, scalars: scalars ?? {} }
  })
}
