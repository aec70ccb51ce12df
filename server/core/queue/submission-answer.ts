import type { SubmitReceipt } from '../../contracts/tasks.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { describeParentFault } from './parent-faults.ts'
import type { InsertResult, NewTask } from './task-store.ts'

/** What the caller is told of a task: its receipt, or why it was not accepted. */
export function toAnswer(task: NewTask, result: InsertResult): SubmitReceipt | QuarterdeckError {
  switch (result.kind) {
    case 'inserted': {
      const status = result.waitsFor === undefined ? (task.runAt === null ? 'ready' : 'scheduled') : 'blocked'
      return { id: task.id, status, priority: task.priority, deduplicated: false }
    }
    case 'deduplicated':
      return { id: result.id, status: result.status, priority: result.priority, deduplicated: true }
    case 'conflict':
      return new QuarterdeckError('IDEMPOTENCY_CONFLICT', {
        message: 'This idempotency key was used before with another body.',
        action: 'Use a new key for new work; repeat the same body with the same key.',
        details: { taskId: result.id },
      })
    case 'letter_not_open':
      return letterNotOpen(task.retryOf ?? task.id, result)
    case 'parent_unknown':
    case 'parent_failed':
    case 'parent_rejected':
      return describeParentFault(result)
    case 'refused':
      return new QuarterdeckError('PAYLOAD_NOT_STORABLE', {
        message: 'The database cannot hold this payload.',
        action: 'Look for characters or numbers that are not plain JSON text.',
      })
  }
}

/** The receipt; throws what stands in place of one. */
export function orThrow(answer: SubmitReceipt | QuarterdeckError | undefined): SubmitReceipt {
  if (answer === undefined || answer instanceof QuarterdeckError) throw answer
  return answer
}

function letterNotOpen(
  id: string,
  { state, reprocessedAs, jobId }: Extract<InsertResult, { kind: 'letter_not_open' }>,
): QuarterdeckError {
  return new QuarterdeckError(state === null ? 'DEAD_LETTER_NOT_FOUND' : 'DEAD_LETTER_NOT_OPEN', {
    message:
      state === null
        ? `Task ${id} is no dead letter.`
        : state === 'reprocessed'
          ? `Dead letter ${id} was already reprocessed as task ${reprocessedAs}.`
          : `Dead letter ${id} was discarded.`,
    action:
      state === 'reprocessed'
        ? 'Look at the task made from it; if that failed too, it is a dead letter of its own.'
        : 'Only tasks that failed are dead letters; tasks.retry makes a new task from any that ended.',
    details: { state, taskId: reprocessedAs, jobId },
  })
}
