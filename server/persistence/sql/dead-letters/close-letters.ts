import type { PoolClient } from 'pg'
import type { DeadLetterState } from '#server/contracts/dead-letters.ts'
import type { InsertResult, NewTask } from '#server/core/queue/task-store.ts'
import { appendAudit } from '../audit/append-audit.ts'

/**
 * Closes the dead letters that these tasks are made from, and audits each act that no job stands for, in the transaction that
 * inserts them. Answers which tasks must not be made, because their letter is not open. Row locks in id order; of two tasks
 * made from one letter at once, one gets it.
 */
export async function closeLettersOf(
  client: PoolClient,
  remade: readonly NewTask[],
): Promise<Map<NewTask, InsertResult>> {
  const refused = new Map<NewTask, InsertResult>()
  const letters = await lockLetters(client, remade)
  const closing: NewTask[] = []
  for (const task of remade) {
    const letter = letters.get(keyOf(task))
    if (letter?.state === 'open') {
      closing.push(task)
      letters.set(keyOf(task), { state: 'reprocessed', reprocessed_as: task.id, job_id: task.remake?.jobId ?? null })
    } else if (task.remake?.kind === 'reprocess') {
      const { state = null, reprocessed_as = null, job_id = null } = letter ?? {}
      refused.set(task, { kind: 'letter_not_open', state, reprocessedAs: reprocessed_as, jobId: job_id })
    }
  }
  if (closing.length > 0) await closeLetters(client, closing)
  await appendAudit(
    client,
    remade.flatMap(task => (refused.has(task) || task.remake?.jobId !== null ? [] : [auditOf(task, task.remake)])),
  )
  return refused
}

interface LetterRow {
  state: DeadLetterState
  reprocessed_as: string | null
  job_id: string | null
}

async function lockLetters(client: PoolClient, remade: readonly NewTask[]): Promise<Map<string, LetterRow>> {
  const { rows } = await client.query<LetterRow & { tenant_id: string; id: string }>({
    name: 'lock-dead-letters',
    text: `
      SELECT d.tenant_id, d.id, d.state, d.reprocessed_as, d.job_id
      FROM dead_letter d
      WHERE (d.tenant_id, d.id) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))
      ORDER BY d.tenant_id, d.id FOR UPDATE`,
    values: [remade.map(task => task.tenantId), remade.map(task => task.retryOf)],
  })
  return new Map(rows.map(row => [`${row.tenant_id} ${row.id}`, row]))
}

async function closeLetters(client: PoolClient, closing: readonly NewTask[]): Promise<void> {
  await client.query({
    name: 'close-dead-letters',
    text: `
      UPDATE dead_letter d SET state = 'reprocessed', reprocessed_as = c.task_id, job_id = c.job_id, closed_by = c.closed_by,
        closed_at = clock_timestamp()
      FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) AS c (tenant_id, id, task_id, job_id, closed_by)
      WHERE d.tenant_id = c.tenant_id AND d.id = c.id`,
    values: [
      closing.map(task => task.tenantId),
      closing.map(task => task.retryOf),
      closing.map(task => task.id),
      closing.map(task => task.remake?.jobId ?? null),
      closing.map(task => task.remake?.by.name ?? task.submittedBy),
    ],
  })
}

function auditOf(task: NewTask, remake: NonNullable<NewTask['remake']>) {
  return {
    by: remake.by,
    action: remake.kind === 'retry' ? ('task.retried' as const) : ('dead_letter.reprocessed' as const),
    targetKind: 'task',
    targetId: task.retryOf ?? task.id,
    details: { taskId: task.id, ...(remake.isPayloadEdited ? { payloadEdited: true } : {}) },
  }
}

function keyOf(task: NewTask): string {
  return `${task.tenantId} ${task.retryOf}`
}
