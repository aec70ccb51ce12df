import type { TaskUrgency } from '../../contracts/learning.ts'
import { rankOf } from '../queue/priority.ts'

export interface UrgentTask {
  index: number
  ref: string | null
  taskType: string
  /** ISO 8601. */
  deadline: string | null
  urgency: TaskUrgency
}

/**
 * The order in which tasks accepted at the same moment would be claimed: rank, then priority number, then deadline, then the order
 * in which they came, as the queue has it; each with why it stands where it stands.
 */
export function inOrder(tasks: readonly UrgentTask[]): (UrgentTask & { reasons: string[] })[] {
  const ordered = tasks.toSorted(compare)
  return ordered.map((task, place) => {
    const before = ordered[place - 1]
    return { ...task, reasons: before ? [describeOrder(task, before)] : [] }
  })
}

function compare(a: UrgentTask, b: UrgentTask): number {
  return rank(a) - rank(b) || a.urgency.number - b.urgency.number || due(a) - due(b) || a.index - b.index
}

function describeOrder(task: UrgentTask, before: UrgentTask): string {
  const ahead = before.ref ?? before.taskType
  if (rank(task) !== rank(before)) return `after ${ahead}, which has the higher score`
  if (task.urgency.number !== before.urgency.number) return `after ${ahead}, whose priority number is lower`
  if (due(task) !== due(before)) return `after ${ahead}, which has the earlier deadline`
  return `after ${ahead}, which came first`
}

function rank({ urgency }: UrgentTask): number {
  return rankOf(0, urgency.score)
}

function due({ deadline }: UrgentTask): number {
  return deadline === null ? Number.POSITIVE_INFINITY : Date.parse(deadline)
}
