import type { DriverCall } from '../queue/driver.ts'
import type { ClaimedTask } from '../queue/task-store.ts'
import { childTraceparent } from '../shared/trace-context.ts'
import type { AttemptReports } from './attempt-reports.ts'
import { callLimitOf } from './call-outcome.ts'
import type { Attempt } from './lease-record.ts'

/** What the driver is told of an attempt that begins now, whose reports go to `reports`; `spanId` is 16 hexadecimal digits. */
export function driverCallOf(task: ClaimedTask, attempt: Attempt, reports: AttemptReports, spanId: string): DriverCall {
  const { module, instance } = attempt.route
  const { checkpoint } = reports
  return {
    tenantId: task.tenantId,
    taskId: task.id,
    type: task.type,
    attempt: attempt.number,
    leaseNo: task.leaseNo,
    payload: task.payload,
    deadline: task.deadline === null ? null : new Date(task.deadline).toISOString(),
    context: { submittedBy: task.submittedBy, retryOf: task.retryOf },
    checkpoint: checkpoint?.data ?? null,
    checkpointBy: checkpoint?.moduleId ?? null,
    timeoutMs: callLimitOf(task, module).timeoutMs,
    traceparent: childTraceparent(task, spanId),
    module,
    instance,
    onReport: reports.listen(attempt),
  }
}
