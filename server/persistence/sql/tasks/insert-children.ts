import type { Pool, PoolClient } from 'pg'
import { type ChildVerdict, type KeyVerdict, settleChildren } from '#server/core/graph/settle-children.ts'
import type { InsertResult, NewTask } from '#server/core/queue/task-store.ts'
import { closeLettersOf } from '../dead-letters/close-letters.ts'
import { holdParents } from './hold-parents.ts'
import { claimKeys, insertRows, returnKeys } from './insert-tasks.ts'

export interface InsertedChildren {
  results: InsertResult[]
  /** Lanes that may hold tasks which claims had to pass over. */
  laneIds: number[]
}

/**
 * Commits tasks of one tenant of which some depend on others, all in one transaction: takes their keys, holds the parents that have not ended,
 * decides which tasks can be added, and writes them with their edges. `refused` are tasks that the database cannot hold; they
 * are left out, and what depends on them. Ids of tasks grow from parents to children.
 */
export async function insertChildren(
  pool: Pool,
  tasks: readonly NewTask[],
  replicaId: string,
  refused: ReadonlySet<string>,
): Promise<InsertedChildren> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const inserted = await insertWithin(client, tasks, replicaId, refused)
    await client.query('COMMIT')
    return inserted
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

async function insertWithin(
  client: PoolClient,
  tasks: readonly NewTask[],
  replicaId: string,
  refused: ReadonlySet<string>,
): Promise<InsertedChildren> {
  const storable = tasks.filter(task => !refused.has(task.id))
  const keyed = storable.filter(task => task.idempotencyKey !== null)
  const keys = new Map<string, InsertResult>()
  if (keyed.length > 0) for (const [task, result] of await claimKeys(client, keyed)) keys.set(task.id, result)
  const { statuses, laneIds } = await holdParents(client, tasks[0]?.tenantId ?? '', outsideParents(tasks, keys))
  const keyOf = (id: string) => (refused.has(id) ? barred : toKeyVerdict(keys.get(id)))
  const verdicts = settleChildren(tasks, keyOf, id => statuses.get(id))
  const isAdded = (task: NewTask) => verdicts.get(task.id)?.kind === 'added'
  const remade = tasks.filter(task => task.remake !== null && isAdded(task))
  if (remade.length > 0) {
    for (const [task, refusal] of await closeLettersOf(client, remade)) {
      keys.set(task.id, refusal)
      verdicts.set(task.id, barred)
    }
  }
  const added = tasks.filter(isAdded)
  await returnKeys(
    client,
    keyed.filter(task => !isAdded(task)),
  )
  if (added.length > 0) {
    const waitsOf = (task: NewTask) => {
      const { parents, open } = addedOf(verdicts.get(task.id))
      return { parents, open: open.length }
    }
    await insertRows(client, added, replicaId, { waitsOf })
    await insertEdges(client, added, verdicts)
  }
  return { results: tasks.map(task => toResult(task.id, verdicts, keys, refused)), laneIds }
}

const barred = { kind: 'barred' } as const

function toKeyVerdict(result: InsertResult | undefined): KeyVerdict {
  if (result === undefined || result.kind === 'inserted') return { kind: 'new' }
  return result.kind === 'deduplicated' ? { kind: 'same_as', id: result.id } : barred
}

/** Every task outside of the insert that one of it may depend on, by its own id or by the key of another. */
function outsideParents(tasks: readonly NewTask[], keys: ReadonlyMap<string, InsertResult>): string[] {
  const own = new Set(tasks.map(task => task.id))
  const outside = new Set<string>()
  for (const { id, dependsOn } of tasks) {
    const key = keys.get(id)
    if (key?.kind === 'deduplicated') outside.add(key.id)
    for (const parentId of dependsOn) outside.add(parentId)
  }
  return [...outside].filter(id => !own.has(id))
}

async function insertEdges(
  client: PoolClient,
  added: readonly NewTask[],
  verdicts: ReadonlyMap<string, ChildVerdict>,
): Promise<void> {
  const edges = added.flatMap(({ id, tenantId }) => {
    const { parents, open } = addedOf(verdicts.get(id))
    const isOpen = new Set(open)
    return parents.map(parentId => ({ tenantId, parentId, childId: id, isOpen: isOpen.has(parentId) }))
  })
  if (edges.length === 0) return
  await client.query({
    name: 'insert-edges',
    text: `
      WITH input AS (
        SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::bool[]) AS e (tenant_id, parent_id, child_id, is_open)
      ), awaiting AS (
        INSERT INTO awaited (id, tenant_id)
        SELECT DISTINCT parent_id, tenant_id FROM input WHERE is_open ORDER BY parent_id ON CONFLICT DO NOTHING
      )
      INSERT INTO task_edge (tenant_id, parent_id, child_id) SELECT tenant_id, parent_id, child_id FROM input`,
    values: [
      edges.map(edge => edge.tenantId),
      edges.map(edge => edge.parentId),
      edges.map(edge => edge.childId),
      edges.map(edge => edge.isOpen),
    ],
  })
}

function addedOf(verdict: ChildVerdict | undefined): { parents: string[]; open: string[] } {
  return verdict?.kind === 'added' ? verdict : { parents: [], open: [] }
}

function toResult(
  id: string,
  verdicts: ReadonlyMap<string, ChildVerdict>,
  keys: ReadonlyMap<string, InsertResult>,
  refused: ReadonlySet<string>,
): InsertResult {
  const verdict = verdicts.get(id)
  const key = keys.get(id)
  if (verdict === undefined) return { kind: 'refused' }
  switch (verdict.kind) {
    case 'added':
      return verdict.open.length === 0 ? { kind: 'inserted' } : { kind: 'inserted', waitsFor: verdict.open.length }
    case 'same_as': {
      const twin = verdicts.get(verdict.id)
      const isBlocked = twin?.kind === 'added' && twin.open.length > 0
      return isBlocked && key?.kind === 'deduplicated' ? { ...key, status: 'blocked' } : (key ?? { kind: 'refused' })
    }
    case 'barred':
      // A twin of a task that the database cannot hold is as bad as that one.
      return refused.has(id) || key === undefined || key.kind === 'deduplicated' ? { kind: 'refused' } : key
    default:
      return verdict
  }
}
