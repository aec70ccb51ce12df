import { limits } from '../../contracts/common.ts'
import { describeInputProblem } from '../../contracts/input-problem.ts'
import { type BatchTask, batchTaskInput, type SubmitBatchReceipt } from '../../contracts/tasks.ts'
import { isTaskId, type OrderFault, orderBatch } from '../graph/order-batch.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import type { Submission, SubmissionContext } from './submission.ts'
import type { NewTask } from './task-store.ts'

interface Rejection {
  code: string
  message: string
}

/** A fault of ours met one entry while others may be committed already; each answer says what holds for its own. */
const notStored = { code: 'DATABASE_UNAVAILABLE', message: 'The task could not be stored; try again.' } as const
const parentRejected = { code: 'PARENT_REJECTED', message: 'An entry that it depends on was not accepted.' } as const

/**
 * Submits the entries of a batch. When none depends on another task, each is taken for itself, and one bad entry never fails
 * another. Otherwise all that are accepted are committed in one transaction; a bad entry takes with it only what depends on it.
 */
export async function submitBatch(
  submission: Submission,
  by: Principal,
  entries: readonly unknown[],
  context: SubmissionContext = {},
): Promise<SubmitBatchReceipt> {
  const parsed = entries.map(entry => batchTaskInput.safeParse(entry))
  const answers: (string | Rejection)[] = parsed.map(result =>
    result.success ? notStored : describeBadEntry(result.error),
  )
  const tasks = parsed.map(result => (result.success ? result.data : null))
  if (tasks.some(task => task !== null && (task.dependsOn?.length ?? 0) > 0)) {
    await submitGraph({ submission, by, context }, tasks, entries, answers)
  } else {
    await submitEach({ submission, by, context }, tasks, answers)
  }
  const receipt: SubmitBatchReceipt = { accepted: [], rejected: [] }
  for (const [index, answer] of answers.entries()) {
    if (typeof answer === 'string') receipt.accepted.push({ index, id: answer })
    else receipt.rejected.push({ index, ...answer })
  }
  return receipt
}

/** Who submits, from where, and to whom. */
interface BatchCaller {
  submission: Submission
  by: Principal
  context: SubmissionContext
}

async function submitEach(
  { submission, by, context }: BatchCaller,
  tasks: readonly (BatchTask | null)[],
  answers: (string | Rejection)[],
): Promise<void> {
  await Promise.all(
    tasks.map(async (task, index) => {
      if (task === null) return
      try {
        answers[index] = (await submission.submit(by, task, context)).id
      } catch (error) {
        answers[index] = toRejection(error)
      }
    }),
  )
}

async function submitGraph(
  { submission, by, context }: BatchCaller,
  tasks: readonly (BatchTask | null)[],
  entries: readonly unknown[],
  answers: (string | Rejection)[],
): Promise<void> {
  requireFewDependencies(tasks)
  const { order, parentsOf, faults } = orderBatch(
    tasks.map((task, index) => ({ ref: task?.ref ?? refOf(entries[index]), dependsOn: task?.dependsOn ?? [] })),
  )
  const prepared = new Map<number, NewTask>()
  for (const index of order) {
    const task = tasks[index]
    const fault = faults.get(index)
    if (!task) continue
    if (fault) answers[index] = describeFault(fault)
    else if (parentsOf(index).some(parent => !prepared.has(parent))) answers[index] = parentRejected
    else {
      const byRef = new Map(parentsOf(index).map(parent => [tasks[parent]?.ref ?? '', prepared.get(parent)?.id ?? '']))
      const dependsOn = (task.dependsOn ?? []).map(name => byRef.get(name) ?? name)
      try {
        prepared.set(index, await submission.admit(by, task, dependsOn, context))
      } catch (error) {
        answers[index] = toRejection(error)
      }
    }
  }
  await commitGraph(submission, prepared, answers)
}

async function commitGraph(
  submission: Submission,
  prepared: ReadonlyMap<number, NewTask>,
  answers: (string | Rejection)[],
): Promise<void> {
  if (prepared.size === 0) return
  let receipts: Awaited<ReturnType<Submission['commit']>>
  try {
    receipts = await submission.commit([...prepared.values()])
  } catch {
    return
  }
  for (const [place, index] of [...prepared.keys()].entries()) {
    const receipt = receipts[place]
    if (receipt !== undefined) answers[index] = receipt instanceof QuarterdeckError ? toRejection(receipt) : receipt.id
  }
}

/** The name of an entry that is not valid otherwise, so that what depends on it can be told so; never what is an id. */
function refOf(entry: unknown): string | undefined {
  const ref = typeof entry === 'object' && entry !== null && 'ref' in entry ? entry.ref : undefined
  return typeof ref === 'string' && !isTaskId(ref) ? ref : undefined
}

function requireFewDependencies(tasks: readonly (BatchTask | null)[]): void {
  const count = tasks.reduce((sum, task) => sum + (task?.dependsOn?.length ?? 0), 0)
  if (count <= limits.batchDependencies) return
  throw new QuarterdeckError('INVALID_INPUT', {
    message: `The entries of the batch name ${count} dependencies; ${limits.batchDependencies} are the most.`,
    action: 'Let a task in between gather many others, or submit it in several batches.',
  })
}

function describeFault(fault: OrderFault): Rejection {
  switch (fault.kind) {
    case 'ref_repeated':
      return { code: 'REF_REPEATED', message: `Several entries of the batch have the ref ${fault.ref}.` }
    case 'ref_unknown':
      return { code: 'REF_UNKNOWN', message: `No entry of the batch has the ref ${fault.name}.` }
    case 'cycle':
      return {
        code: 'DEPENDENCY_CYCLE',
        message: `Its dependencies lead back to itself; one such cycle is ${describePath(fault.path)}.`,
      }
  }
}

const namesShown = 10

function describePath(path: readonly string[]): string {
  if (path.length <= namesShown) return path.join(' → ')
  return `${path.slice(0, namesShown - 1).join(' → ')} → ${path.length - namesShown} more → ${path.at(-1)}`
}

function describeBadEntry(error: Parameters<typeof describeInputProblem>[0]): Rejection {
  const { code, message } = describeInputProblem(error)
  return { code, message }
}

function toRejection(error: unknown): Rejection {
  return error instanceof QuarterdeckError ? { code: error.code, message: error.message } : notStored
}
