import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '#server/contracts/common.ts'
import type {
  BrainDecision,
  ChoicePolicyView,
  LearnReceipt,
  PerformanceView,
  PrioritizedTask,
  RegretView,
} from '#server/contracts/learning.ts'
import type {
  ContextSummary,
  ContextView,
  MemorySummary,
  PatternsView,
  RelevantMemory,
  TaskMemory,
  TypeStatistics,
} from '#server/contracts/memory.ts'
import type { TaskView } from '#server/contracts/tasks.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

const cleanup = new AsyncDisposableStack()
const type = 'text.judge'
let server: RunningQuarterdeck
let database: pg.Client

/** `sure` always answers; `shaky` fails what is written in German. */
beforeAll(async () => {
  server = cleanup.use(await runQuarterdeck())
  database = new pg.Client({ connectionString: server.database.url })
  await database.connect()
  cleanup.defer(() => database.end())
  for (const id of ['sure', 'shaky']) {
    const scripted = cleanup.use(
      await startScriptedModule(({ payload }) => ({
        status: id === 'shaky' && (payload as { language: string }).language === 'de' ? 500 : 200,
        body: {},
      })),
    )
    await server.client.mutate('modules.register', {
      id,
      name: id,
      category: 'text',
      version: '1.0.0',
      instances: [{ endpoint: scripted.endpoint, capacity: 4 }],
      capabilities: [{ type }],
      costPerHourUsd: 3.6,
      breaker: { failureThreshold: 1_000 },
    })
  }
  for (const moduleId of ['sure', 'shaky']) {
    await server.client.mutate('tasks.submitBatch', {
      tasks: Array.from({ length: 80 }, (_, index) => ({
        type,
        moduleId,
        maxAttempts: 1,
        payload: { language: index % 2 === 0 ? 'de' : 'en', text: 'x'.repeat(100) },
      })),
    })
  }
  await until('all tasks have ended', async () => (await recent()).length === 100 && (await count('outcome')) === 160)
}, 120_000)
afterAll(() => cleanup.disposeAsync())

const recent = (input: object = {}) => server.client.query<TaskMemory[]>('memory.recent', input)

async function count(table: string): Promise<number> {
  const { rows } = await database.query<{ count: string }>(`SELECT count(*) FROM ${table}`)
  return Number(rows[0]?.count)
}

async function audited(action: string): Promise<unknown[]> {
  const { rows } = await database.query<{ details: unknown }>(
    'SELECT details FROM audit_entry WHERE action = $1 ORDER BY at',
    [action],
  )
  return rows.map(({ details }) => details)
}

describe('the brain', () => {
  test('decides as the dispatcher does: a task submitted right after is stored with the same decision', async () => {
    const policy = await server.client.query<ChoicePolicyView>('brain.policy')
    await server.client.mutate('brain.setPolicy', { ...policy, explorationRate: 0 })
    const decided = await server.client.query<BrainDecision>('brain.decide', { taskType: type, priority: 'high' })
    expect(decided).toMatchObject({
      moduleId: 'sure',
      priority: { number: 2, level: 3, score: 3 },
      resources: { needed: { cpu: 0, memoryMb: 0 }, offered: { cpu: 0, memoryMb: 0 } },
    })
    expect(decided.confidence).toBeGreaterThan(0.98)
    expect(decided.expectedSuccess).toBeGreaterThan(0.97)
    expect(decided.expectedCostUsd).toBeCloseTo(((decided.expectedMs ?? 0) * 3.6) / 3_600_000, 8)
    expect(decided.reasons.at(-1)).toBe('priority 2, level 3: score 3')
    const task = await server.client.mutate<TaskView>('tasks.submitAndWait', {
      type,
      payload: { language: 'en' },
      priority: 'high',
    })
    const { attempts } = await server.client.query<TaskView>('tasks.get', { id: task.id })
    expect(attempts[0]?.decision).toEqual(decided.decision)
  })

  test('orders tasks as the queue would claim them, each with its reasons', async () => {
    const ordered = await server.client.query<PrioritizedTask[]>('brain.prioritize', {
      tasks: [
        { taskType: 'email_campaign', priority: 'normal' },
        { taskType: 'fraud_detection', priority: 'high' },
        { taskType: 'video_generation', priority: 'high' },
        { taskType: 'finance', priority: 'critical', ref: 'books' },
        { taskType: 'finance', priority: 'critical', ref: 'due', deadline: '2030-01-01T00:00:00Z' },
      ],
    })
    expect(ordered.map(({ index, priority }) => [index, priority.score])).toEqual(
      [
        [4, 6],
        [3, 6],
        [1, 4.5],
        [2, 2.4],
        [0, 2],
      ].map(([index, score]) => [index, expect.closeTo(score ?? 0, 6)]),
    )
    expect(ordered[1]?.reasons).toContain('after due, which has the earlier deadline')
    expect(ordered[2]?.reasons).toEqual([
      'priority 2, level 3 × 1.5 for the type: score 4.5',
      'after books, which has the higher score',
    ])
  })

  test('learns an outcome from elsewhere once under its key, audited; another under the same key is refused', async () => {
    const outcome = {
      taskType: type,
      moduleId: 'shaky',
      outcome: 'failed',
      durationMs: 12,
      errorCode: 'ELSEWHERE',
      idempotencyKey: 'call-1',
    }
    const before = (await performance()).find(({ moduleId }) => moduleId === 'shaky')
    const first = await server.client.mutate<LearnReceipt>('brain.learn', outcome)
    expect(first).toMatchObject({ deduplicated: false, service: { moduleId: 'shaky' } })
    expect(first.service.outcomes).toBeGreaterThan((before?.outcomes ?? 0) + 0.8)
    expect(first.service.errors.map(({ code }) => code)).toContain('ELSEWHERE')
    const again = await server.client.mutate<LearnReceipt>('brain.learn', outcome)
    // Sums of weights that halve with time are not bit for bit the same a moment later.
    const outcomes = expect.closeTo(first.service.outcomes, 6)
    expect(again).toMatchObject({ deduplicated: true, service: { outcomes } })
    await expect(server.client.mutate('brain.learn', { ...outcome, durationMs: 13 })).rejects.toMatchObject({
      data: { appCode: 'IDEMPOTENCY_CONFLICT' },
    })
    expect(await audited('brain.taught')).toMatchObject([{ key: 'call-1', outcome: 'failed', durationMs: 12 }])
    const refused = [
      [{ moduleId: 'nobody' }, 'MODULE_NOT_FOUND'],
      [{ taskType: 'other' }, 'MODULE_CANNOT_RUN_TYPE'],
      [{ durationMs: -1 }, 'INVALID_INPUT'],
      [{ outcome: 'succeeded' }, 'INVALID_INPUT'],
    ] as const
    for (const [change, appCode] of refused) {
      const input = { ...outcome, idempotencyKey: 'call-2', ...change }
      await expect(server.client.mutate('brain.learn', input)).rejects.toMatchObject({ data: { appCode } })
    }
  })

  test('tells the performance of every service with its errors, confidence and trend', async () => {
    const [sure, shaky] = await performance()
    expect(sure).toMatchObject({ moduleId: 'sure', successRate: 1, isEnabled: true, isPinned: false, errors: [] })
    expect(sure?.trend.reduce((sum, { calls }) => sum + calls, 0)).toBeGreaterThanOrEqual(80)
    expect(shaky?.successRate).toBeCloseTo(0.5, 1)
    expect(shaky?.confidence).toBeLessThan(0.7)
    expect(shaky?.errors[0]).toMatchObject({ code: 'HTTP_500' })
    expect(shaky?.successTrend).toBe('steady')
  })

  test('a pin is an audited edit that holds at once, is seen in the decision, and only for who can run the type', async () => {
    const policy = await server.client.query<ChoicePolicyView>('brain.policy')
    const edit = { ...policy, explorationRate: 0.05, pins: { [type]: 'shaky' } }
    const saved = await server.client.mutate<ChoicePolicyView>('brain.setPolicy', edit)
    expect(saved).toEqual({ ...edit, version: policy.version + 1 })
    const { moduleId, reasons, decision } = await server.client.query<BrainDecision>('brain.decide', { taskType: type })
    expect(moduleId).toBe('shaky')
    expect(reasons).toContain('operators pinned this type to it')
    expect(decision.choice).toMatchObject({ rule: 'type_pin', probability: 1 })
    expect((await audited('brain.choice_changed')).at(-1)).toEqual({
      explorationRate: 0.05,
      pins: { [type]: 'shaky' },
      goals: {},
    })
    await expect(server.client.mutate('brain.setPolicy', edit)).rejects.toMatchObject({
      data: { appCode: 'VERSION_CONFLICT' },
    })
    await expect(
      server.client.mutate('brain.setPolicy', { ...saved, pins: { [type]: 'nobody' } }),
    ).rejects.toMatchObject({ data: { appCode: 'MODULE_CANNOT_RUN_TYPE' } })
    await server.client.mutate('brain.setPolicy', { ...saved, pins: {} })
  })

  test('says of rules without a choice that their cost cannot be told', async () => {
    const { rules, calls, withoutProbability } = await server.client.query<RegretView>('brain.regret', {})
    expect(calls).toBeGreaterThanOrEqual(161)
    expect(withoutProbability).toBe(0)
    const pinned = rules.find(({ rule }) => rule === 'task_pin')
    expect(pinned).toMatchObject({ calls: 160, againstBestChoice: { cost: { kind: 'unknown', reason: 'no_choice' } } })
    expect(pinned?.actual.success).toBeCloseTo(0.75)
  })
})

const performance = async () =>
  (await server.client.query<PerformanceView>('brain.performance', { taskType: type })).services

describe('memory', () => {
  test('the short term is the last hundred tasks of the history, the long term what is known of each type', async () => {
    const tasks = await recent()
    expect(tasks).toHaveLength(100)
    expect(tasks.map(({ taskId }) => taskId)).toEqual(
      tasks
        .map(({ taskId }) => taskId)
        .toSorted()
        .reverse(),
    )
    const failed = tasks.find(({ status }) => status === 'failed')
    expect(failed).toMatchObject({ taskType: type, errorCode: 'HTTP_500', attempts: 1, runMs: expect.any(Number) })
    expect(await recent({ taskType: 'unheard', limit: 5 })).toEqual([])
    expect(await recent({ taskType: type, limit: 7 })).toEqual(tasks.slice(0, 7))
    const [known] = await server.client.query<TypeStatistics[]>('memory.longTerm')
    expect(known).toMatchObject({ taskType: type, services: 2, bestModuleId: 'sure' })
    expect(known?.paidCalls).toBeGreaterThanOrEqual(160)
  })

  test('patterns name the service and the payload that go with failure', async () => {
    const { patterns, calls, tested, falseDiscoveryRate } = await server.client.query<PatternsView>('memory.patterns')
    expect(calls).toBeGreaterThanOrEqual(160)
    expect(tested).toBeGreaterThanOrEqual(4)
    expect(falseDiscoveryRate).toBe(0.05)
    const traits = patterns.filter(({ effect }) => effect === 'failure').map(({ trait }) => trait)
    expect(traits).toContainEqual({ kind: 'service', moduleId: 'shaky' })
    expect(traits).toContainEqual({ kind: 'payload_value', field: 'language', value: 'de' })
    expect(traits).toHaveLength(2)
  })

  test('a context is kept until it expires, replaced under its name, found by its types, removed, and audited', async () => {
    const set = (input: object) => server.client.mutate<ContextSummary>('memory.setContext', input)
    const get = (name: string) => server.client.query<ContextView>('memory.getContext', { name })
    await set({ name: 'campaign_2026', value: { title: 'Launch' }, taskTypes: [type] })
    await set({ name: 'campaign_2026', value: { title: 'Launch', audience: ['a'] }, taskTypes: [type], ttlSeconds: 60 })
    expect(await get('campaign_2026')).toMatchObject({ value: { title: 'Launch', audience: ['a'] }, bytes: 35 })
    await set({ name: 'gone', value: 1, ttlSeconds: 1 })
    await until('it has expired', async () => (await list()).every(({ name }) => name !== 'gone'))
    await expect(get('gone')).rejects.toMatchObject({ data: { appCode: 'CONTEXT_NOT_FOUND' } })
    await expect(set({ name: 'large', value: 'x'.repeat(70_000) })).rejects.toMatchObject({
      data: { appCode: 'PAYLOAD_TOO_LARGE' },
    })
    const relevant = await server.client.query<RelevantMemory[]>('memory.relevant', { taskType: type })
    expect(relevant).toHaveLength(10)
    expect(relevant.map(({ kind }) => kind)).toEqual(['pattern', 'pattern', 'context', ...Array(7).fill('task')])
    expect(relevant[3]).toMatchObject({ why: 'the last failure of its kind', task: { errorCode: 'HTTP_500' } })
    const summary = await server.client.query<MemorySummary>('memory.summary')
    expect(summary).toMatchObject({
      shortTerm: { tasks: 100 },
      longTerm: { types: 1, services: 2 },
      contexts: { count: 1, bytes: 35, mostCount: 1_000 },
      patterns: { found: 2 },
    })
    await server.client.mutate('memory.removeContext', { name: 'campaign_2026' })
    await expect(server.client.mutate('memory.removeContext', { name: 'campaign_2026' })).rejects.toMatchObject({
      data: { appCode: 'CONTEXT_NOT_FOUND' },
    })
    expect(await audited('memory.context_set')).toHaveLength(3)
    expect(await audited('memory.context_removed')).toHaveLength(1)
  })

  test('contexts are listed by name in pages, and no tenant keeps more than a thousand', async () => {
    await database.query(`
      INSERT INTO memory_context (tenant_id, name, value, bytes, task_types, updated_by, expires_at)
      SELECT 'default', 'c' || lpad(n::text, 4, '0'), '1', 1, '{}', 'x', now() + interval '1 hour' FROM generate_series(1, 1000) n`)
    const first = await server.client.query<Page<ContextSummary>>('memory.listContexts', { prefix: 'c', limit: 2 })
    expect(first).toMatchObject({ items: [{ name: 'c0001' }, { name: 'c0002' }], nextCursor: 'c0002' })
    const second = await server.client.query<Page<ContextSummary>>('memory.listContexts', { cursor: 'c0002', limit: 1 })
    expect(second.items).toMatchObject([{ name: 'c0003' }])
    await expect(server.client.mutate('memory.setContext', { name: 'more', value: 1 })).rejects.toMatchObject({
      data: { appCode: 'TOO_MANY_CONTEXTS' },
    })
    await server.client.mutate('memory.setContext', { name: 'c0001', value: 2 })
  })
})

const list = async () => (await server.client.query<Page<ContextSummary>>('memory.listContexts')).items
