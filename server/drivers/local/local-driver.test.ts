import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Quarterdeck } from '#server/composition/start-quarterdeck.ts'
import { startQuarterdeck } from '#server/composition/start-quarterdeck.ts'
import { readConfig } from '#server/config/read-config.ts'
import { registerModuleInput } from '#server/contracts/modules.ts'
import type { TaskView } from '#server/contracts/tasks.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import { createTestDatabase } from '#server/testing/database.ts'
import { until } from '#server/testing/until.ts'
import type { LocalHandler } from './local-driver.ts'

const by: Principal = {
  kind: 'service',
  id: 'test',
  name: 'test',
  tenantId: 'default',
  scopes: ['tasks:submit'],
} as never
const resources = new AsyncDisposableStack()
let quarterdeck: Quarterdeck
let aborted = 0

const handlers: Record<string, LocalHandler> = {
  double: ({ payload }) => ({ doubled: Number(payload) * 2 }),
  greedy: ({ payload, attempt }) => {
    const { list } = payload as { list: number[] }
    list.push(attempt)
    if (attempt === 1) throw new Error('first time')
    return list
  },
  refusing: () => {
    throw Object.assign(new Error('no such customer'), { code: 'NO_CUSTOMER', retryable: false })
  },
  circular: () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    return loop
  },
  stuck: (_task, signal) =>
    new Promise(() => {
      signal.addEventListener('abort', () => aborted++)
    }),
}

beforeAll(async () => {
  const database = resources.use(await createTestDatabase())
  const folder = resources.use(await makeReachableTempDir('quarterdeck-local'))
  const { config } = readConfig({
    DATABASE_URL: database.url,
    QUARTERDECK_DATA_DIR: folder.path,
    QUARTERDECK_PORT: '0',
    QUARTERDECK_PRESET: 'testing',
  })
  quarterdeck = await startQuarterdeck(config, { logger: silentLogger, dev: false, headless: true, handlers })
  resources.defer(() => quarterdeck.stop())
  for (const name of Object.keys(handlers)) {
    const module = registerModuleInput.parse({
      ...{ id: name, name, category: 'local', version: '1', driver: 'local' },
      retry: { maxAttempts: 2, backoff: 'linear', baseMs: 1, factor: 1, capMs: 1 },
      capabilities: [{ type: `local.${name}` }],
      instances: [{ endpoint: `local://${name}`, capacity: 10 }],
    })
    await quarterdeck.operations.modules.register(by, module)
  }
})
afterAll(() => resources.disposeAsync())

async function run(name: string, payload: unknown, extra: object = {}): Promise<TaskView> {
  const { tasks } = quarterdeck.operations
  const { id } = await tasks.submit(by, { type: `local.${name}`, payload, ...extra })
  let task = await tasks.get('default', id)
  await until(`${name} has ended`, async () => {
    task = await tasks.get('default', id)
    return task.finishedAt !== null
  })
  return task
}

describe('a function of the process', () => {
  test('does the work of a task, and its result is kept', async () => {
    expect(await run('double', 21)).toMatchObject({ status: 'succeeded', result: { doubled: 42 }, servedBy: 'double' })
  })

  test('that fails is tried again, with the payload as it was submitted', async () => {
    expect(await run('greedy', { list: [] })).toMatchObject({ status: 'succeeded', result: [2], attemptCount: 2 })
  })

  test('says by its error whether another attempt makes sense', async () => {
    const error = { code: 'NO_CUSTOMER', message: 'no such customer' }
    expect(await run('refusing', null)).toMatchObject({ status: 'failed', attemptCount: 1, error })
  })

  test('whose result is no JSON has failed', async () => {
    expect(await run('circular', null)).toMatchObject({ status: 'failed', error: { code: 'BAD_RESPONSE' } })
  })

  test('that never answers is given up at the time-out of the attempt, and told', async () => {
    const task = await run('stuck', null, { timeoutMs: 50, maxAttempts: 1 })
    expect(task).toMatchObject({ status: 'failed', attempts: [{ outcome: 'timed_out' }] })
    expect(aborted).toBe(1)
  })
})

test.each([
  ['local', 'local://nobody'],
  ['local', 'https://example.com'],
  ['http', 'local://double'],
])('the driver %s refuses the endpoint %s', async (driver, endpoint) => {
  const module = { ...quarterdeck.operations.modules.get('default', 'double'), id: 'other', driver }
  await expect(
    quarterdeck.operations.modules.register(by, {
      ...module,
      instances: [{ endpoint, capacity: 1, weight: 1 }],
      capabilities: [{ type: 'local.other' }],
    } as never),
  ).rejects.toMatchObject({ code: 'INVALID_ENDPOINT' })
})
