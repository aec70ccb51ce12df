import type { Pool } from 'pg'
import type { QueueCounts } from '#server/core/queue/queue-counts.ts'
import type { TaskTotals } from '#server/core/queue/task-store.ts'

/** How many tasks of a tenant wait and run, by priority and type, from one snapshot. */
export async function countTasks(pool: Pool, tenantId: string): Promise<QueueCounts> {
  const { rows } = await pool.query<{
    groups: { type: string; module_id: string | null; priority: number; ready: number; running: number }[] | null
    scheduled: number
    blocked: number
    oldest: Date | null
  }>({
    name: 'count-tasks',
    // Ready tasks are counted by the numbers of their lanes, in one pass: with their names joined to each before, and a second pass
    // for the oldest, 100,000 took twice as long.
    text: `
      WITH r AS MATERIALIZED (
        SELECT lane_id, priority, count(*) AS ready, min(enqueued_at) AS oldest
        FROM ready WHERE tenant_id = $1 GROUP BY lane_id, priority
      )
      SELECT (
          SELECT json_agg(g) FROM (
            SELECT type, module_id, priority, sum(ready)::int AS ready, sum(running)::int AS running FROM (
              SELECT l.task_type AS type, nullif(l.module_id, '') AS module_id, r.priority, r.ready, 0 AS running
              FROM r JOIN lane l ON l.id = r.lane_id
              UNION ALL
              SELECT t.type, t.module_id, t.priority, 0, count(*)
              FROM lease s JOIN task t ON t.tenant_id = s.tenant_id AND t.id = s.id WHERE s.tenant_id = $1 GROUP BY 1, 2, 3
            ) u GROUP BY 1, 2, 3
          ) g
        ) AS groups,
        (SELECT count(*)::int FROM waiting WHERE tenant_id = $1 AND due_at IS NOT NULL) AS scheduled,
        (SELECT count(*)::int FROM waiting WHERE tenant_id = $1 AND due_at IS NULL) AS blocked,
        (SELECT min(oldest) FROM r) AS oldest`,
    values: [tenantId],
  })
  const row = rows[0]
  const groups = row?.groups ?? []
  const sum = (pick: (group: (typeof groups)[number]) => number) =>
    groups.reduce((total, group) => total + pick(group), 0)
  return {
    ready: sum(group => group.ready),
    running: sum(group => group.running),
    scheduled: row?.scheduled ?? 0,
    blocked: row?.blocked ?? 0,
    byPriority: [...Map.groupBy(groups, group => group.priority)]
      .map(([priority, members]) => ({ priority, ...addUp(members) }))
      .sort((a, b) => a.priority - b.priority),
    byType: [...Map.groupBy(groups, group => `${group.type} ${group.module_id ?? ''}`).values()].map(members => ({
      type: members[0]?.type ?? '',
      pinnedModuleId: members[0]?.module_id ?? null,
      ...addUp(members),
    })),
    oldestReadyAt: row?.oldest?.getTime() ?? null,
  }
}

/** Tasks accepted and ended since the first start. */
export async function readTotals(pool: Pool, tenantId: string): Promise<TaskTotals> {
  const { rows } = await pool.query<Record<keyof TaskTotals, string>>({
    name: 'read-totals',
    text: `
      SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(succeeded), 0) AS succeeded,
             coalesce(sum(failed), 0) AS failed, coalesce(sum(cancelled), 0) AS cancelled, coalesce(sum(expired), 0) AS expired
      FROM task_total WHERE tenant_id = $1`,
    values: [tenantId],
  })
  const row = rows[0]
  return {
    accepted: Number(row?.accepted ?? 0),
    succeeded: Number(row?.succeeded ?? 0),
    failed: Number(row?.failed ?? 0),
    cancelled: Number(row?.cancelled ?? 0),
    expired: Number(row?.expired ?? 0),
  }
}

function addUp(groups: readonly { ready: number; running: number }[]): { ready: number; running: number } {
  return {
    ready: groups.reduce((sum, group) => sum + group.ready, 0),
    running: groups.reduce((sum, group) => sum + group.running, 0),
  }
}
