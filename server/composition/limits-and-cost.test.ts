import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TaskExplanation } from '#server/contracts/explain.ts'
import type { FlagsView } from '#server/contracts/settings.ts'
import type { QueueStatsDetail, SpendView } from '#server/contracts/stats.ts'
import type { SubmitBatchReceipt, SubmitReceipt, TaskView } from '#server/contracts/tasks.ts'
import type { QueuePolicyView } from '#server/core/operations.ts'
import { CallError } from '#server/testing/client.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

let running: RunningQuarterdeck
const modules: ScriptedModule[] = []

beforeAll(async () => {
  running = await runQuarterdeck({ QUARTERDECK_QUEUE_CAPACITY: '1000' })
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  for (const module of modules) await module[Symbol.asyncDispose]()
})

async function register(id: string, options: Record<string, unknown> = {}, answer?: ScriptedModule['answer']) {
  const module = await startScriptedModule(answer)
  modules.push(module)
  const { capacity = 10, ...rest } = options
  await running.client.mutate('modules.register', {
    ...{ id, name: id, category: 'test', version: '1', capabilities: [{ type: id }] },
    ...{ instances: [{ endpoint: module.endpoint, capacity }], ...rest },
  })
  return module
}

const submit = (input: object) => running.client.mutate<SubmitReceipt>('tasks.submit', { payload: null, ...input })
const get = (id: string) => running.client.query<TaskView>('tasks.get', { id })
const explain = (id: string) => running.client.query<TaskExplanation>('tasks.explain', { id })
const ended = (id: string) =>
  until(`task ${id} ends`, async () => {
    const task = await get(id)
    return task.finishedAt === null ? null : task
  })
const refusal = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CallError)
  return (error as CallError).data
}
const refusalData = (error: unknown) => (error as CallError).data
const policy = () => running.client.query<QueuePolicyView>('queues.policy')
const setPolicy = (edit: object) => running.client.mutate<QueuePolicyView>('queues.setPolicy', edit)

describe('cost', () => {
  test('of a call is kept with its attempt, added up exactly, and told by module, type, tenant and day', async () => {
    await register('paid', { costPerHourUsd: 3_600 })
    const tasks = await Promise.all(Array.from({ length: 5 }, () => submit({ type: 'paid' })))
    const done = await Promise.all(tasks.map(({ id }) => ended(id)))
    const costs = done.map(({ attempts: [only], spentUsd }) => {
      const tookMs = Date.parse(only?.endedAt ?? '') - Date.parse(only?.dispatchedAt ?? '')
      expect(only?.costUsd).toBeCloseTo(tookMs / 1_000, 9)
      expect(spentUsd).toBe(only?.costUsd)
      return spentUsd
    })
    const total = Math.round(costs.reduce((sum, cost) => sum + cost, 0) * 1e10) / 1e10
    for (const by of ['module', 'type', 'tenant', 'day'] as const) {
      const spend = await running.client.query<SpendView>('stats.spend', { by })
      expect(spend).toMatchObject({ by, totalUsd: total, rows: [{ calls: 5, costUsd: total }] })
    }
  })

  test.each([
    [{ costBudgetUsd: -1 }, 'INVALID_INPUT'],
    [{ costBudgetUsd: 1e9 }, 'INVALID_INPUT'],
    [{ costBudgetUsd: '5' }, 'INVALID_INPUT'],
  ])('a budget such as %j is refused', async (change, code) => {
    await register(`budget-${JSON.stringify(change).length}`)
    expect((await refusal(submit({ type: 'paid', ...change }))).appCode).toBe(code)
    const receipt = await running.client.mutate<SubmitBatchReceipt>('tasks.submitBatch', {
      tasks: [
        { type: 'paid', payload: 1, ...change },
        { type: 'paid', payload: 2 },
      ],
    })
    expect(receipt).toMatchObject({ accepted: [{ index: 1 }], rejected: [{ index: 0, code }] })
  })

  test('beyond the budget of a task ends it as BUDGET_EXCEEDED, before the call', async () => {
    const module = await register('dear', { costPerHourUsd: 36_000 })
    const task = await ended((await submit({ type: 'dear', costBudgetUsd: 9.99 })).id)
    expect(task).toMatchObject({ status: 'failed', error: { code: 'BUDGET_EXCEEDED' }, attemptCount: 0, spentUsd: 0 })
    expect(module.calls).toEqual([])
    expect((await explain(task.id)).headline).toContain('BUDGET_EXCEEDED')
  })

  test.each([
    [{ by: 'colour' }],
    [{ from: '2026-11-22', to: '2026-11-21' }],
    [{ from: '2020-01-01', to: '2026-01-01' }],
    [{ from: 'yesterday' }],
  ])('a question for spend such as %j is refused', async input => {
    expect((await refusal(running.client.query('stats.spend', input))).appCode).toBe('INVALID_INPUT')
  })
})

describe('limits of the queue policy', () => {
  test.each([
    [{ typeLimits: { a: 0 } }],
    [{ moduleLimits: { a: 1.5 } }],
    [{ tenantLimit: -1 }],
    [{ typeCaps: { 'No Type': 5 } }],
  ])('such as %j are refused', async change => {
    const { priorities, multipliers, version } = await policy()
    const data = await refusal(setPolicy({ version, priorities, multipliers, ...change }))
    expect(data.appCode).toBe('INVALID_INPUT')
  })

  test('hold work back, are explained, keep the rest of the policy, and are in the audit', async () => {
    const module = await register('limited', {}, () => ({ status: 200, body: {}, delayMs: 300 }))
    const before = await policy()
    const { version, priorities, multipliers } = before
    const saved = await setPolicy({ version, priorities, multipliers, moduleLimits: { limited: 1 } })
    expect(saved).toEqual({ ...before, version: version + 1, moduleLimits: { limited: 1 } })
    const tasks = await Promise.all(Array.from({ length: 4 }, () => submit({ type: 'limited' })))
    const held = await until('one is held back', async () => {
      const explanations = await Promise.all(tasks.map(({ id }) => explain(id)))
      return explanations.find(({ constraints }) => constraints.some(({ kind }) => kind === 'module_limit')) ?? null
    })
    expect(held.constraints.find(({ kind }) => kind === 'module_limit')).toMatchObject({
      evidence: '1 call in flight, 1 allowed here by the queue policy',
      unblock: [{}, { href: '/settings?tab=queue' }],
    })
    await Promise.all(tasks.map(({ id }) => ended(id)))
    const spans = await Promise.all(
      tasks.map(async ({ id }) => {
        const [only] = (await get(id)).attempts
        return { from: Date.parse(only?.dispatchedAt ?? ''), to: Date.parse(only?.endedAt ?? '') }
      }),
    )
    spans.sort((a, b) => a.from - b.from)
    for (const [index, { from }] of spans.slice(1).entries()) expect(from).toBeGreaterThanOrEqual(spans[index]?.to ?? 0)
    expect(module.calls).toHaveLength(4)
    const { rows } = await running.database.pool.query(
      `SELECT details FROM audit_entry WHERE action = 'queue.policy_changed'`,
    )
    expect(rows).toMatchObject([{ details: { moduleLimits: { limited: 1 } } }])
    await setPolicy({ ...saved, moduleLimits: {} })
  })

  test('a cap lets so many tasks of a type wait and run, and says when to try again', async () => {
    await register('capped', { capacity: 1 }, () => 'hang')
    const { version, ...rest } = await policy()
    const saved = await setPolicy({ version, ...rest, typeCaps: { capped: 5 } })
    await until('the cap is counted', async () => {
      const { accepted, rejected } = await running.client.mutate<SubmitBatchReceipt>('tasks.submitBatch', {
        tasks: Array.from({ length: 9 }, () => ({ type: 'capped', payload: null })),
      })
      return accepted.length === 0 && rejected.every(({ code }) => code === 'TASK_TYPE_FULL')
    })
    const data = await refusal(submit({ type: 'capped' }))
    expect(data).toMatchObject({
      appCode: 'TASK_TYPE_FULL',
      httpStatus: 503,
      details: { taskType: 'capped', capacity: 5, retryAfterMs: expect.any(Number) },
    })
    await running.client.mutate('modules.disable', { id: 'capped', reason: 'the test is over' })
    const { version: now, ...present } = saved
    await setPolicy({ ...present, version: now, typeCaps: {} })
  })
})

describe('resources', () => {
  test('a task runs only where as much is declared, says what it needs, and waits visibly when that is taken away', async () => {
    const capabilities = [{ type: 'heavy' }]
    const weak = await register('weak', { capabilities, preference: 100 })
    const strong = await register('strong', { capabilities, resources: { cpu: 4, memoryMb: 2_048 } })
    const resources = { cpu: 2, memoryMb: 1_024 }
    const done = await Promise.all(
      Array.from({ length: 5 }, async () => ended((await submit({ type: 'heavy', resources })).id)),
    )
    expect(done.map(task => [task.servedBy, task.resources])).toEqual(done.map(() => ['strong', resources]))
    expect([weak.calls.length, strong.calls.length]).toEqual([0, 5])

    const asked = await refusal(submit({ type: 'heavy', resources: { cpu: 4.25 } }))
    expect(asked).toMatchObject({ appCode: 'RESOURCES_UNAVAILABLE', details: { needed: { cpu: 4.25, memoryMb: 0 } } })
    expect(await refusal(submit({ type: 'heavy', resources: { memoryMb: 100 } }))).toMatchObject({
      appCode: 'INVALID_INPUT',
    })

    const { configVersion } = await running.client.query<{ configVersion: number }>('modules.get', { id: 'strong' })
    await running.client.mutate('queues.pause', { scope: 'module', id: 'strong', reason: 'to be made smaller' })
    const waiting = await submit({ type: 'heavy', resources })
    await running.client.mutate('modules.update', {
      id: 'strong',
      configVersion,
      resources: { cpu: 1, memoryMb: 2_048 },
    })
    await running.client.mutate('queues.resume', { scope: 'module', id: 'strong', reason: 'it is smaller' })
    const kinds = (await explain(waiting.id)).constraints.map(({ kind }) => kind)
    expect(kinds).toEqual(['resources', 'resources'])
    const retried = await running.client.mutate<SubmitReceipt>('tasks.retry', { id: done[0]?.id }).catch(refusalData)
    expect(retried).toMatchObject({ appCode: 'RESOURCES_UNAVAILABLE' })
  })
})

describe('the flags', () => {
  test('are at first as the catalog has them, are changed one by one, and by version', async () => {
    const first = await running.client.query<FlagsView>('settings.flags')
    const flags = {
      cost_based_scheduling: false,
      critical_path_analysis: true,
      dag_optimization: true,
      predictive_scaling: false,
    }
    expect(first).toEqual({ version: 0, flags })
    const on = await running.client.mutate<FlagsView>('settings.setFlags', {
      version: 0,
      flags: { cost_based_scheduling: true },
    })
    expect(on).toEqual({ version: 1, flags: { ...flags, cost_based_scheduling: true } })
    const late = await refusal(running.client.mutate('settings.setFlags', { version: 0, flags: {} }))
    expect(late).toMatchObject({ appCode: 'VERSION_CONFLICT', details: { currentVersion: 1 } })
    const unknown = await refusal(running.client.mutate('settings.setFlags', { version: 1, flags: { magic: true } }))
    expect(unknown.httpStatus).toBe(400)
  })

  test('what is only planned cannot be turned on, neither by hand nor by a suggestion', async () => {
    const before = await running.client.query<FlagsView>('settings.flags')
    const edit = { version: before.version, flags: { predictive_scaling: true } }
    const planned = (path: string) => ({
      appCode: 'INVALID_INPUT',
      details: { problems: [{ path, problem: expect.stringContaining('planned, not built') }] },
    })
    const byHand = await refusal(running.client.mutate('settings.setFlags', edit))
    expect(byHand).toMatchObject(planned('flags.predictive_scaling'))
    const change = { kind: 'flag', name: 'predictive_scaling', isOn: true }
    const proposed = await refusal(running.client.mutate('suggestions.propose', { change, reason: 'To be ready' }))
    expect(proposed).toMatchObject(planned('change.name'))
    expect(await running.client.query('settings.flags')).toEqual(before)
  })
})

test('statistics of the queue tell waits and run times for each type and module', async () => {
  await register('counted')
  for (const { id } of await Promise.all([1, 2, 3].map(() => submit({ type: 'counted' })))) await ended(id)
  const stats = await running.client.query<QueueStatsDetail>('queues.stats')
  const percentiles = {
    meanMs: expect.any(Number),
    p50Ms: expect.any(Number),
    p95Ms: expect.any(Number),
    p99Ms: expect.any(Number),
  }
  expect(stats.types.find(({ type }) => type === 'counted')).toMatchObject({
    ...{ completed: 3, failed: 0, wait: { count: 3, ...percentiles }, run: { count: 3, ...percentiles } },
  })
  expect(stats.modules.find(({ moduleId }) => moduleId === 'counted')).toMatchObject({
    ...{ completed: 3, capacity: 10, utilization: 0, run: { count: 3, ...percentiles } },
  })
})

test('at three times what can be done all urgent work is taken, the lowest is turned away first and told when to come back', async () => {
  await register('flood', { capacity: 5 }, () => ({ status: 200, body: {}, delayMs: 20 }))
  const tally = { urgent: [0, 0], low: [0, 0] }
  const waits: unknown[] = []
  const admittedAt = (kind: 'urgent' | 'low') => {
    const counts = tally[kind]
    counts[0] = (counts[0] ?? 0) + 1
    return (isTaken: boolean) => {
      if (isTaken) counts[1] = (counts[1] ?? 0) + 1
    }
  }
  await running.client.mutate('tasks.submitBatch', {
    tasks: Array.from({ length: 1_000 }, () => ({ type: 'flood', payload: null, priority: 10 })),
  })
  // 250 a second can be done at most; 75 arrive every 100 ms, one of 25 urgent.
  for (let round = 0; round < 40; round++) {
    const begun = Date.now()
    await Promise.all(
      Array.from({ length: 75 }, async (_, index) => {
        const isUrgent = index % 25 === 0
        const note = admittedAt(isUrgent ? 'urgent' : 'low')
        const call = submit({ type: 'flood', priority: isUrgent ? 1 : 10 })
        const error = await call.then(
          () => null,
          (thrown: CallError) => thrown,
        )
        note(error === null)
        if (error) {
          expect(error.data.appCode).toBe('QUEUE_FULL')
          waits.push(error.data.details?.['retryAfterMs'])
        }
      }),
    )
    await until('the next tenth of a second', async () => Date.now() - begun >= 100, 1_000)
  }
  const [urgent = 0, urgentTaken = 0] = tally.urgent
  const [low = 0, lowTaken = 0] = tally.low
  expect(urgentTaken / urgent).toBeGreaterThan(0.99)
  expect(lowTaken / low).toBeLessThan(0.9)
  expect(waits.length).toBeGreaterThan(0)
  for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(1_000)
})
