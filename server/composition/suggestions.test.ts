import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '#server/api/testing/start-test-api.ts'
import type { ErrorData } from '#server/contracts/errors.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import { type Role, scopes } from '#server/contracts/people.ts'
import type { SuggestionSummary, SuggestionView } from '#server/contracts/suggestions.ts'
import { createClient } from '#server/testing/client.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'
import type { Page } from '../contracts/common.ts'

const password = 'a password for tests'
const secretKey = '5a'.repeat(32)
const moduleId = 'text'
const cleanup = new AsyncDisposableStack()
let first: RunningQuarterdeck
let second: RunningQuarterdeck
let isFailing = false
let calls = 0

/** One of three, so that no breaker opens. */
const broken = { status: 500, body: { error: { code: 'BROKEN', message: 'It broke.', retryable: false } } }

type Headers = Record<string, string>
interface Answer<Output> {
  data: Output | undefined
  code: string | null
}
let admin: Headers
let ada: Headers

beforeAll(async () => {
  const variables = {
    QUARTERDECK_SECRET_KEY: secretKey,
    QUARTERDECK_ANALYSIS_HOURS: '0',
    QUARTERDECK_VERDICT_HOURS: '0.0015',
  }
  first = cleanup.use(await runQuarterdeck(variables))
  second = cleanup.use(await runQuarterdeck({ ...variables, DATABASE_URL: first.database.url }))
  const scripted = cleanup.use(
    await startScriptedModule(() => (isFailing && ++calls % 3 === 0 ? broken : { status: 200 })),
  )
  await first.client.mutate<ModuleView>('modules.register', {
    id: moduleId,
    name: 'Text',
    category: 'text',
    version: '1.0.0',
    instances: [{ endpoint: scripted.endpoint, capacity: 200 }],
    capabilities: [{ type: 'text.run' }],
  })
  admin = await session('admin@quarterdeck.local')
  ada = await addPerson('Ada', 'approver')
}, 60_000)
afterAll(() => cleanup.disposeAsync())

async function session(email: string, server = first): Promise<Headers> {
  const { url } = server.quarterdeck
  return { cookie: await signIn(url, email, password), origin: url }
}

async function addPerson(name: string, role: Role): Promise<Headers> {
  const email = `${name.toLowerCase()}@example.org`
  await call('people.add', { email, name, role, password }, admin)
  return session(email)
}

async function call<Output = SuggestionView>(
  path: string,
  input: unknown,
  headers: Headers,
  server = first,
): Promise<Answer<Output>> {
  const { url } = server.quarterdeck
  const response = await fetch(`${url}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, ...(headers['cookie'] && { origin: url }) },
    body: JSON.stringify(input),
  })
  const body = (await response.json()) as { result?: { data: Output }; error?: { data: ErrorData } }
  return { data: body.result?.data, code: body.error?.data.appCode ?? null }
}

const get = (id: string) => first.client.query<SuggestionView>('suggestions.get', { id })
const preference = async () => (await first.client.query<ModuleView>('modules.get', { id: moduleId })).preference

/** A program proposes: its key may do that. */
async function propose(value: number): Promise<SuggestionView> {
  const change = { kind: 'module_preference', moduleId, preference: value }
  return first.client.mutate<SuggestionView>('suggestions.propose', { change, reason: 'measured elsewhere' })
}

async function work(count: number): Promise<void> {
  const tasks = Array.from({ length: count }, (_, number) => ({ type: 'text.run', payload: number, maxAttempts: 1 }))
  await first.client.mutate('tasks.submitBatch', { tasks })
  await until('the tasks have ended', async () => {
    const { items } = await first.client.query<Page<unknown>>('tasks.list', { status: ['ready', 'running'], limit: 1 })
    return items.length === 0
  })
}

const decisions = ['approve', 'reject', 'snooze', 'apply', 'revert'] as const

test('no key decides, whatever its scopes, nor does the key of a module; each may propose or nothing', async () => {
  const { id } = await propose(1)
  const input = { id, reason: 'x', hours: 1, note: '' }
  const key = async (...granted: (typeof scopes)[number][]) => {
    const { data } = await call<{ secret: string }>('keys.create', { name: 'bot', scopes: granted }, admin)
    return { authorization: `Bearer ${data!.secret}` }
  }
  const callers = [...(await Promise.all(scopes.map(scope => key(scope)))), await key(...scopes)]
  for (const caller of callers) {
    for (const decision of decisions) {
      expect((await call(`suggestions.${decision}`, input, caller)).code, decision).toBe('FORBIDDEN')
    }
  }
  expect((await get(id)).state.status).toBe('open')
  expect(await preference()).toBe(0)
})

test('two approvers at two replicas at once: the change is made once, with its history and audit', async () => {
  const { id, evidenceHash, configurationHash } = await propose(2)
  expect((await call('suggestions.approve', { id, evidenceHash, configurationHash }, ada)).data?.state.status).toBe(
    'approved',
  )
  const before = await first.client.query<ModuleView>('modules.get', { id: moduleId })
  const elsewhere = await session('ada@example.org', second)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, turn) =>
      turn % 2 === 0 ? call('suggestions.apply', { id }, admin) : call('suggestions.apply', { id }, elsewhere, second),
    ),
  )
  const codes = answers.map(({ code }) => code)
  expect(codes.filter(code => code === null)).toHaveLength(1)
  for (const code of codes) expect([null, 'SUGGESTION_CHANGED', 'SUGGESTION_STATE', 'VERSION_CONFLICT']).toContain(code)
  const after = await first.client.query<ModuleView>('modules.get', { id: moduleId })
  expect([after.preference, after.configVersion]).toEqual([2, before.configVersion + 1])
  const { rows } = await first.database.pool.query(
    "SELECT action, count(*)::int FROM audit_entry WHERE action IN ('suggestion.applied', 'module.updated') GROUP BY action ORDER BY 1",
  )
  expect(rows).toEqual([
    { action: 'module.updated', count: 1 },
    { action: 'suggestion.applied', count: 1 },
  ])
  expect((await call('suggestions.revert', { id, reason: 'only a test' }, ada)).data?.state.status).toBe('reverted')
  expect(await preference()).toBe(0)
})

test('who lost the role within the last seconds applies nothing, and their approval is void', async () => {
  const { id } = await propose(3)
  const eve = await addPerson('Eve', 'approver')
  await call('suggestions.approve', { id }, eve)
  await first.database.pool.query("UPDATE person SET role = 'operator' WHERE name = 'Eve'")
  expect((await call('suggestions.apply', { id }, eve)).code).toBe('FORBIDDEN')
  expect((await call('suggestions.apply', { id }, ada)).code).toBe('APPROVAL_REVOKED')
  expect((await get(id)).state).toMatchObject({ status: 'voided', cause: 'approver' })
  expect(await preference()).toBe(0)
})

test('an approval written into the database applies nothing', async () => {
  const { id } = await propose(4)
  await call('suggestions.approve', { id }, ada)
  await first.database.pool.query(
    `UPDATE suggestion SET record = jsonb_set(jsonb_set(record, '{state,consent,expiresAt}', '"2099-01-01T00:00:00.000Z"'),
       '{act,change,preference}', '99') WHERE id = $1`,
    [id],
  )
  expect((await call('suggestions.apply', { id }, ada)).code).toBe('APPROVAL_INVALID')
  expect(await preference()).toBe(0)
})

test('what was applied is judged by the tasks since; what made things worse gets a draft that waits for people', async () => {
  await work(120)
  const { id } = await propose(5)
  await call('suggestions.approve', { id }, ada)
  expect((await call('suggestions.apply', { id }, ada)).data?.state.status).toBe('applied')
  expect(await preference()).toBe(5)
  await until('the change has settled', async () => {
    const { state } = await get(id)
    return state.status === 'applied' && Date.now() - Date.parse(state.application.at) > 1_200
  })
  isFailing = true
  await work(120)
  await until('it was judged', async () => (await get(id)).state.status === 'judged', 30_000)
  const { state } = await get(id)
  expect(state).toMatchObject({
    status: 'judged',
    verdict: {
      words: expect.stringContaining('failure share') as unknown,
      outcome: 'worse',
      basis: 'measured',
      matchedShare: 1,
    },
  })
  const { items } = await first.client.query<Page<SuggestionSummary>>('suggestions.list', { analyzer: 'verdict' })
  expect(items).toMatchObject([{ status: 'open', priority: 'high' }])
  expect(await preference()).toBe(5)
  const { markdown } = await first.client.query<{ markdown: string }>('suggestions.report', { days: 1 })
  expect(markdown).toContain('| worse |')
}, 60_000)

test('a simulation of the change is kept with the suggestion', async () => {
  const { id } = await propose(6)
  const { data } = await call('suggestions.simulate', { id, windowHours: 1 }, admin)
  expect(data?.simulationId).not.toBeNull()
  const bare = createClient(first.quarterdeck.url, first.environment['QUARTERDECK_API_KEY']!)
  await until(
    'it has ended',
    async () => {
      const { finishedAt } = await bare.query<{ finishedAt: string | null }>('simulations.get', {
        id: data?.simulationId,
      })
      return finishedAt !== null
    },
    30_000,
  )
}, 40_000)
