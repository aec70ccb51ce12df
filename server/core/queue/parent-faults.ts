import { QuarterdeckError } from '../shared/errors.ts'
import type { InsertResult } from './task-store.ts'

type ParentFault = Extract<InsertResult, { parentId: string }>

/** Why a task cannot be accepted for what it depends on. */
export function describeParentFault(fault: ParentFault): QuarterdeckError {
  const { parentId } = fault
  switch (fault.kind) {
    case 'parent_unknown':
      return new QuarterdeckError('PARENT_UNKNOWN', {
        message: `It depends on task ${parentId}, and there is no such task.`,
        action: 'Check the id; tasks are kept for 30 days after they were accepted.',
        details: { parentId },
      })
    case 'parent_failed':
      return new QuarterdeckError('PARENT_FAILED', {
        message: `It depends on task ${parentId}, which has ended as ${fault.status}; so it could never start.`,
        action: 'Retry that task and depend on the new one, or leave it out.',
        details: { parentId, status: fault.status },
      })
    case 'parent_rejected':
      return new QuarterdeckError('PARENT_REJECTED', {
        message: 'An entry that it depends on was not accepted.',
        action: 'See what is wrong with that entry.',
      })
  }
}
