import type { Pool, PoolClient } from 'pg'
import { type EagerLease, type EagerStart, mayStartAtOnce } from '#server/core/queue/eager-start.ts'
import type { InsertResult, NewTask } from '#server/core/queue/task-store.ts'
import { closeLettersOf } from '../dead-letters/close-letters.ts'
import { serializeEvent } from '../events/stored-event.ts'
import { insertStatement } from './insert-sql.ts'
import { statusSql } from './status-sql.ts'

/** What the parents of a new task come to: all of them, and how many have yet to succeed. */
export interface Waits {
  parents: readonly string[]
  open: number
}

const waitsForNothing: Waits = { parents: [], open: 0 }

/**
 * Commits new tasks that depend on no others: one statement for all of them, so that a batch costs one round trip and one
 * flush of the log. Tasks with an idempotency key first claim their key in the same transaction, and those made from an ended
 * task close its dead letter; both are taken in order, so that two batches with the same ones cannot deadlock.
 */
export async function insertTasks(
  pool: Pool,
  tasks: readonly NewTask[],
  replicaId: string,
  eager?: EagerStart,
): Promise<InsertResult[]> {
  const keyed = tasks.filter(task => task.idempotencyKey !== null)
  const remade = tasks.filter(task => task.remake !== null)
  if (keyed.length === 0 && remade.length === 0) {
    const leases = await insertRows(pool, tasks, replicaId, { eager })
    return tasks.map(task => inserted(leases.get(task.id)))
  }
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const results: Results = keyed.length > 0 ? await claimKeys(client, keyed) : new Map()
    const isFresh = (task: NewTask) => (results.get(task)?.kind ?? 'inserted') === 'inserted'
    if (remade.length > 0) await settleRemakes(client, remade.filter(isFresh), results)
    const fresh = tasks.filter(isFresh)
    const leases = fresh.length > 0 ? await insertRows(client, fresh, replicaId, { eager }) : noLeases
    await client.query('COMMIT')
    return tasks.map(task => {
      const result = results.get(task)
      return result && result.kind !== 'inserted' ? result : inserted(leases.get(task.id))
    })
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

type Results = Map<NewTask, InsertResult>

function inserted(lease: EagerLease | undefined): InsertResult {
  return lease ? { kind: 'inserted', lease } : { kind: 'inserted' }
}

/** Those whose dead letter could not be closed are not made, and give their key back. */
async function settleRemakes(client: PoolClient, remade: readonly NewTask[], results: Results): Promise<void> {
  const refused = await closeLettersOf(client, remade)
  for (const [task, refusal] of refused) results.set(task, refusal)
  await returnKeys(
    client,
    [...refused.keys()].filter(task => task.idempotencyKey !== null),
  )
}

/** Gives back the keys that these tasks took in this transaction; keys that others have stay theirs. */
export async function returnKeys(client: PoolClient, keyed: readonly NewTask[]): Promise<void> {
  if (keyed.length === 0) return
  await client.query({
    name: 'return-idempotency-keys',
    text: `
      DELETE FROM idempotency k USING unnest($1::text[], $2::text[], $3::uuid[]) AS r (tenant_id, key, task_id)
      WHERE k.tenant_id = r.tenant_id AND k.key = r.key AND k.task_id = r.task_id`,
    values: [keyed.map(task => task.tenantId), keyed.map(task => task.idempotencyKey), keyed.map(task => task.id)],
  })
}

/** Takes the keys of these tasks for them; answers what each is: new, made before, or in conflict with what was made before. */
export async function claimKeys(client: PoolClient, keyed: readonly NewTask[]): Promise<Results> {
  const inOrder = keyed.toSorted(
    (a, b) => compare(a.tenantId, b.tenantId) || compare(a.idempotencyKey, b.idempotencyKey),
  )
  const { rows: taken } = await client.query<{ task_id: string }>({
    name: 'claim-idempotency-keys',
    text: `
      INSERT INTO idempotency (tenant_id, key, body_hash, task_id)
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[])
      ON CONFLICT (tenant_id, key) DO NOTHING
      RETURNING task_id`,
    values: [
      inOrder.map(task => task.tenantId),
      inOrder.map(task => task.idempotencyKey),
      inOrder.map(task => task.bodyHash),
      inOrder.map(task => task.id),
    ],
  })
  const own = new Set(taken.map(row => row.task_id))
  const results: Results = new Map()
  for (const task of keyed) if (own.has(task.id)) results.set(task, { kind: 'inserted' })
  const repeated = keyed.filter(task => !own.has(task.id))
  if (repeated.length > 0) await resolveRepeated(client, repeated, keyed, results)
  return results
}

async function resolveRepeated(
  client: PoolClient,
  repeated: readonly NewTask[],
  keyed: readonly NewTask[],
  results: Results,
): Promise<void> {
  const { rows } = await client.query<{
    tenant_id: string
    key: string
    body_hash: string
    task_id: string
    status: NewTask['event']['type'] | null
    priority: number | null
  }>({
    name: 'read-idempotency-keys',
    text: `
      SELECT k.tenant_id, k.key, k.body_hash, k.task_id, t.priority, ${statusSql('t')} AS status
      FROM unnest($1::text[], $2::text[]) AS asked (tenant_id, key)
      JOIN idempotency k ON k.tenant_id = asked.tenant_id AND k.key = asked.key
      LEFT JOIN task t ON t.tenant_id = k.tenant_id AND t.id = k.task_id`,
    values: [repeated.map(task => task.tenantId), repeated.map(task => task.idempotencyKey)],
  })
  const byKey = new Map(rows.map(row => [`${row.tenant_id} ${row.key}`, row]))
  for (const task of repeated) {
    const row = byKey.get(`${task.tenantId} ${task.idempotencyKey}`)
    if (!row) throw new Error('an idempotency key vanished while it was being read')
    // A task of this very batch is not in the table yet.
    const sibling = keyed.find(other => other.id === row.task_id)
    results.set(
      task,
      row.body_hash === task.bodyHash
        ? {
            kind: 'deduplicated',
            id: row.task_id,
            status: sibling ? (sibling.runAt === null ? 'ready' : 'scheduled') : ((row.status ?? 'succeeded') as never),
            priority: sibling?.priority ?? row.priority ?? task.priority,
          }
        : { kind: 'conflict', id: row.task_id },
    )
  }
}

/** Leases by the ids of their tasks. */
type Leases = ReadonlyMap<string, EagerLease>

const noLeases: Leases = new Map()

/**
 * Writes the tasks, where they stand, and that they were accepted. Those that wait for others are told as blocked; those of `eager`
 * are under leases of its replica, which it answers.
 */
export async function insertRows(
  client: Pick<Pool, 'query'>,
  tasks: readonly NewTask[],
  replicaId: string,
  {
    waitsOf = () => waitsForNothing,
    eager,
  }: { waitsOf?: (task: NewTask) => Waits; eager?: EagerStart | undefined } = {},
): Promise<Leases> {
  const isEager = (task: NewTask) => mayStartAtOnce(task) && eager?.tasks.has(task) === true
  const parts = {
    waits: tasks.some(task => task.runAt !== null || waitsOf(task).open > 0),
    eager: tasks.some(isEager),
  }
  const rowsJson = `[${tasks.map(task => toRow(task, waitsOf(task), isEager(task))).join(',')}]`
  const { rows } = await client.query<{ id: string; lease_no: string; claimed_ms: number }>({
    ...insertStatement(parts),
    values: parts.eager ? [rowsJson, replicaId, eager?.replicaId] : [rowsJson, replicaId],
  })
  if (rows.length === 0) return noLeases
  return new Map(rows.map(row => [row.id, { leaseNo: Number(row.lease_no), claimedAt: row.claimed_ms }]))
}

/** One task as JSON text; its payload is JSON already. What is left out is null. */
function toRow(task: NewTask, { parents, open }: Waits, isEager: boolean): string {
  const row = JSON.stringify({
    tenant_id: task.tenantId,
    id: task.id,
    lane_id: task.laneId,
    type: task.type,
    module_id: task.pinnedModuleId ?? undefined,
    priority: task.priority,
    score: task.score,
    rank: task.rank,
    run_at_ms: task.runAt ?? undefined,
    deadline_ms: task.deadline ?? undefined,
    timeout_ms: task.timeoutMs,
    total_timeout_ms: task.totalTimeoutMs ?? undefined,
    max_attempts: task.maxAttempts,
    complexity: task.complexity,
    idempotency_key: task.idempotencyKey ?? undefined,
    submitted_by: task.submittedBy,
    retry_of: task.retryOf ?? undefined,
    accepted_at_ms: task.acceptedAt,
    event: serializeEvent(open > 0 ? { ...task.event, type: 'task.blocked' } : task.event),
    cost_budget_usd: task.costBudgetUsd ?? undefined,
    payload_bytes: task.payloadBytes,
    depends_on: parents.length === 0 ? undefined : `{${parents.join(',')}}`,
    parents: open,
    is_eager: isEager || undefined,
    traceparent: task.traceparent ?? undefined,
  })
  return `${row.slice(0, -1)},"payload":${task.payload}}`
}

function compare(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : a === b ? 0 : 1
}
