/** SQL for the event `task.running` as JSON text, of a row with a task and its lease. */
export const runningEvent = `concat(
                 '{"v":1,"type":"task.running","at":"', to_char(claimed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                 '","priority":', priority, ',"taskId":"', id, '","data":{"type":"', type, '","leaseNo":', lease_no, '}}')`
