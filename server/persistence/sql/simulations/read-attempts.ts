import type { ClientBase } from 'pg'
import type { RecordedAttempt } from '#server/core/simulator/recorded-history.ts'
import { ms } from './read-tasks.ts'

export interface RecordedAttemptRow {
  task_id: string
  module_id: string
  instance_id: string
  outcome: RecordedAttempt['outcome']
  error_code: string | null
  enqueued_ms: number
  dispatched_ms: number
  ended_ms: number
  in_flight: number | null
}

/** Attempts of these tasks, which come in order, by task and number. The first candidate of a decision is the chosen one. */
export async function readAttempts(
  client: ClientBase,
  tenantId: string,
  taskIds: readonly string[],
): Promise<RecordedAttemptRow[]> {
  const { rows } = await client.query<RecordedAttemptRow>({
    name: 'read-recorded-attempts',
    text: `
      SELECT task_id, module_id, instance_id, outcome, error_code, ${ms('enqueued_at')} AS enqueued_ms,
        ${ms('dispatched_at')} AS dispatched_ms, ${ms('ended_at')} AS ended_ms,
        (decision -> 'candidates' -> 0 ->> 'inFlight')::int AS in_flight
      FROM attempt
      WHERE tenant_id = $1 AND task_id BETWEEN $2 AND $3 AND task_id = ANY($4)
      ORDER BY task_id, number`,
    values: [tenantId, taskIds[0], taskIds.at(-1), taskIds],
  })
  return rows
}
