import type { PoolClient } from 'pg'
import type { TaskStatus } from '#server/contracts/tasks.ts'

export interface HeldParents {
  /** By id; without an entry, the tenant has no such task. A task that has not ended counts as `blocked` whatever it does. */
  statuses: Map<string, TaskStatus>
  /** Lanes of those that were ready: claims have passed over them meanwhile. */
  laneIds: number[]
}

/** A task moves on a few times in its life; more rounds than this mean that something is wrong. */
const maxRounds = 100

/**
 * Finds out what has become of tasks, and keeps those that have not ended from ending or moving until the transaction ends, by a
 * lock on the one row in which each of them stands. So whoever ends one of them does so after the commit, and sees what was
 * inserted. A task that moves while this looks for it is looked for again.
 *
 * Order of locks: rows of `lease` and `ready` first, then rows of `waiting` in the order of their ids. Whoever ends a task
 * takes its row and then rows of `waiting`, so while a row of `waiting` is held nothing may be waited for in the other two:
 * when one of them has moved there, those held are let go.
 */
export async function holdParents(client: PoolClient, tenantId: string, ids: readonly string[]): Promise<HeldParents> {
  const held: HeldParents = { statuses: new Map(), laneIds: [] }
  let sought = [...new Set(ids)]
  for (let round = 0; round < maxRounds; round++) {
    const { rows } = await client.query<{ id: string; place: string; lane_id: number | null }>({
      name: 'hold-parents',
      text: holdSql,
      values: [tenantId, sought],
    })
    const places = new Map<string, string>()
    for (const { id, place, lane_id } of rows) {
      if (place !== 'moving' || !places.has(id)) places.set(id, place)
      if (lane_id !== null) held.laneIds.push(lane_id)
    }
    const waiting: string[] = []
    sought = []
    for (const [id, place] of places) {
      if (place === 'waiting') waiting.push(id)
      else if (place === 'moving') sought.push(id)
      else held.statuses.set(id, place === 'held' ? 'blocked' : (place as TaskStatus))
    }
    if (sought.length > 0) sought.push(...waiting)
    else sought = await holdWaiting(client, waiting)
    if (sought.length > 0) continue
    for (const id of waiting) held.statuses.set(id, 'blocked')
    return held
  }
  throw new Error('tasks that others are to depend on could not be held')
}

/** Holds all of these rows of `waiting`, or none and answers the ids to look for again. */
async function holdWaiting(client: PoolClient, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  await client.query('SAVEPOINT waiting_parents')
  const { rows } = await client.query<{ id: string }>({
    name: 'hold-waiting-parents',
    text: 'SELECT id FROM waiting WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE',
    values: [ids],
  })
  if (rows.length === ids.length) return []
  await client.query('ROLLBACK TO SAVEPOINT waiting_parents')
  return ids
}

/** One row for each task that exists, or two for one that stands still; `moving` is what is left for one that was just gone. */
const holdSql = `
  WITH known AS MATERIALIZED (
    SELECT t.id, t.lane_id, t.rank, t.priority, t.deadline FROM unnest($2::uuid[]) AS asked (id)
    JOIN task t ON t.tenant_id = $1 AND t.id = asked.id
  ), in_lease AS MATERIALIZED (
    SELECT l.id FROM known k JOIN lease l ON l.id = k.id ORDER BY l.id FOR KEY SHARE OF l
  ), in_ready AS MATERIALIZED (
    SELECT r.id, r.lane_id FROM known k
    JOIN ready r ON r.lane_id = k.lane_id AND r.rank = k.rank AND r.priority = k.priority AND r.deadline = k.deadline AND r.id = k.id
    ORDER BY r.id FOR KEY SHARE OF r
  )
  SELECT id, 'held' AS place, NULL::integer AS lane_id FROM in_lease
  UNION ALL SELECT id, 'held', lane_id FROM in_ready
  UNION ALL SELECT w.id, 'waiting', NULL FROM known k JOIN waiting w ON w.id = k.id
  UNION ALL SELECT o.id, o.status, NULL FROM known k JOIN outcome o ON o.tenant_id = $1 AND o.id = k.id
  UNION ALL SELECT id, 'moving', NULL FROM known`
