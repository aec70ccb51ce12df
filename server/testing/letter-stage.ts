import type { Page } from '#server/contracts/common.ts'
import type { DeadLetterJobView, DeadLetterSummary, DeadLetterView } from '#server/contracts/dead-letters.ts'
import type { ErrorData } from '#server/contracts/errors.ts'
import type { SubmitBatchReceipt, TaskView } from '#server/contracts/tasks.ts'
import { CallError, type Client } from './client.ts'
import { type ScriptedModule, startScriptedModule } from './scripted-module.ts'
import { until } from './until.ts'

/** A module that can be told to fail, registered under the type that it runs, with its dead letters. */
export interface LetterStage extends AsyncDisposable {
  module: ScriptedModule
  /** Submits one task for each payload and resolves with their ids when all are dead letters. */
  bury(payloads: readonly unknown[], options?: { priority?: number }): Promise<string[]>
  /** From now on calls succeed; or those whose payload passes. */
  repair(doesPass?: (payload: unknown) => boolean): void
}

const failing = { status: 200, body: { error: { code: 'BOOM', message: 'boom at request 12', retryable: false } } }

/** Registers a failing module called as its task type. Its breaker stays closed, so that failures are not held up. */
export async function openLetterStage(
  client: Client,
  type: string,
  options: { inputSchema?: object; capacity?: number } = {},
): Promise<LetterStage> {
  const module = await startScriptedModule(() => failing)
  const { capacity = 50, inputSchema } = options
  await client.mutate('modules.register', {
    id: type,
    name: type,
    category: 'test',
    version: '1',
    capabilities: [{ type, ...(inputSchema ? { inputSchema } : {}) }],
    instances: [{ endpoint: module.endpoint, capacity }],
    breaker: { failureThreshold: 1_000 },
  })
  return {
    module,
    async bury(payloads, { priority = 5 } = {}) {
      const tasks = payloads.map(payload => ({ type, payload, priority, maxAttempts: 1 }))
      const { accepted } = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
      const ids = accepted.map(({ id }) => id)
      await until(`all ${ids.length} tasks of ${type} are dead letters`, async () => {
        const letters = await openLetters(client, type)
        return ids.every(id => letters.some(letter => letter.id === id))
      })
      return ids
    },
    repair(doesPass = () => true) {
      module.answer = call => (doesPass(call.payload) ? { status: 200, body: { fine: true } } : failing)
    },
    [Symbol.asyncDispose]: () => module[Symbol.asyncDispose](),
  }
}

/** Every open letter of a type, up to the size of a page. */
export async function openLetters(client: Client, type: string): Promise<DeadLetterSummary[]> {
  const page = await client.query<Page<DeadLetterSummary>>('deadLetters.list', { type, state: ['open'], limit: 200 })
  return page.items
}

export function getLetter(client: Client, id: string): Promise<DeadLetterView> {
  return client.query('deadLetters.get', { id })
}

/** Waits until the job says so. */
export function jobWhen(
  client: Client,
  id: string,
  what: string,
  isIt: (job: DeadLetterJobView) => boolean,
  timeoutMs?: number,
): Promise<DeadLetterJobView> {
  const look = async () => {
    const job = await client.query<DeadLetterJobView>('deadLetters.job', { id })
    return isIt(job) ? job : null
  }
  return until(`job ${id} ${what}`, look, timeoutMs)
}

export function endedTask(client: Client, id: string): Promise<TaskView> {
  return until(`task ${id} ends`, async () => {
    const task = await client.query<TaskView>('tasks.get', { id })
    return task.finishedAt === null ? null : task
  })
}

/** What a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorData> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof CallError)) throw new Error('the call was not refused', { cause: error })
  return error.data
}
