import {
  cancelTaskInput,
  listTasksInput,
  submitAndWaitInput,
  submitBatchInput,
  submitTaskInput,
  taskIdInput,
} from '../../contracts/tasks.ts'
import { procedure, router } from '../trpc.ts'
import { watchTask } from '../watch-task.ts'

const submit = { role: 'operator', scope: 'tasks:submit' } as const
const read = { role: 'viewer', scope: 'tasks:read' } as const

export const tasksRouter = router({
  submit: procedure(submit)
    .input(submitTaskInput)
    .mutation(({ ctx, input }) => ctx.operations.tasks.submit(ctx.by, input, ctx)),
  /** Answers the task once it has ended, else where it stands after `waitMs`. */
  submitAndWait: procedure(submit)
    .input(submitAndWaitInput)
    .mutation(({ ctx, input }) => ctx.operations.tasks.submitAndWait(ctx.by, input, ctx)),
  submitBatch: procedure(submit)
    .input(submitBatchInput)
    .mutation(({ ctx, input }) => ctx.operations.tasks.submitBatch(ctx.by, input.tasks, ctx)),
  get: procedure(read)
    .input(taskIdInput)
    .query(({ ctx, input }) => ctx.operations.tasks.get(ctx.tenantId, input.id)),
  list: procedure(read)
    .input(listTasksInput)
    .query(({ ctx, input }) => ctx.operations.tasks.list(ctx.tenantId, input)),
  graph: procedure(read)
    .input(taskIdInput)
    .query(({ ctx, input }) => ctx.operations.tasks.graph(ctx.tenantId, input.id)),
  timeline: procedure(read)
    .input(taskIdInput)
    .query(({ ctx, input }) => ctx.operations.tasks.timeline(ctx.tenantId, input.id)),
  explain: procedure(read)
    .input(taskIdInput)
    .query(({ ctx, input }) => ctx.operations.tasks.explain(ctx.tenantId, input.id)),
  cancel: procedure(submit)
    .input(cancelTaskInput)
    .mutation(({ ctx, input }) => ctx.operations.tasks.cancel(ctx.by, input.id, input.reason)),
  retry: procedure(submit)
    .input(taskIdInput)
    .mutation(({ ctx, input }) => ctx.operations.tasks.retry(ctx.by, input.id)),
  /** The task now, and again whenever it has changed. */
  onUpdate: procedure(read)
    .input(taskIdInput)
    .subscription(({ ctx, input, signal }) => watchTask(ctx.operations, ctx.tenantId, input.id, signal)),
})
