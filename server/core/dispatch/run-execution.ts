import type { LeaseEnd } from '../queue/task-store.ts'
import type { RouteResult } from '../routing/task-router.ts'
import type { Logger } from '../shared/logger.ts'
import type { RecoveryWatch } from '../shared/recovery-watch.ts'
import type { Execution } from './execution.ts'

/**
 * Runs a task under its lease, whatever happens. A fault of our own uses up an attempt and is tried again a second later, until
 * the attempts are used up; how that goes is told by events.
 */
export function runExecution(
  execution: Execution,
  route: RouteResult,
  { logger, recovery }: { logger: Logger; recovery: RecoveryWatch },
): Promise<LeaseEnd> {
  const { tenantId, id: taskId } = execution.task
  const area = `task ${taskId}`
  return execution.run(route).then(
    end => {
      recovery.succeeded(area)
      return end
    },
    (error: unknown) => {
      logger.error({ error, taskId }, 'an execution failed by a fault of our own')
      const end = execution.endByFault()
      const fault = { area, code: 'INTERNAL', tenantId, taskId } as const
      if (end.next.kind === 'wait') recovery.failed(fault)
      else recovery.gaveUp(fault)
      return end
    },
  )
}
