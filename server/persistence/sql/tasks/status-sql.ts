/**
 * SQL for the status of the task row named by `alias`. A live task stands in exactly one of `ready`, `waiting` and `lease`,
 * an ended one in `outcome`; every move is one statement, so a snapshot always finds it in one place. `ready` is found by
 * its primary key, whose parts are fixed when the task is accepted.
 */
export function statusSql(alias: string): string {
  return `coalesce(
    (SELECT o.status FROM outcome o WHERE o.tenant_id = ${alias}.tenant_id AND o.id = ${alias}.id),
    (SELECT 'running' FROM lease l WHERE l.id = ${alias}.id),
    (SELECT 'ready' FROM ready r WHERE r.lane_id = ${alias}.lane_id AND r.rank = ${alias}.rank
       AND r.priority = ${alias}.priority AND r.deadline = ${alias}.deadline AND r.id = ${alias}.id),
    (SELECT CASE WHEN w.due_at IS NULL THEN 'blocked' ELSE 'scheduled' END FROM waiting w WHERE w.id = ${alias}.id))`
}
