import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AlertDetail, AlertRuleView, AlertView, Silence } from '#server/contracts/alerts.ts'
import type { Page } from '#server/contracts/common.ts'
import type { EventView } from '#server/contracts/events.ts'
import type { InvariantView } from '#server/contracts/invariants.ts'
import type { WebhookBody } from '#server/contracts/webhooks.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import type { CallError } from '#server/testing/client.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

const cleanup = new AsyncDisposableStack()
const admin: Principal = {
  kind: 'person',
  id: 'p1',
  name: 'Ann',
  email: 'ann@example.org',
  tenantId: 'default',
  role: 'admin',
}
let running: RunningQuarterdeck
let engine: ScriptedModule

beforeAll(async () => {
  running = cleanup.use(await runQuarterdeck())
  engine = cleanup.use(
    await startScriptedModule(() => ({ status: 500, body: { error: { code: 'ON_FIRE', message: 'hot' } } })),
  )
  await mutate('modules.register', {
    id: 'engine',
    name: 'Engine',
    category: 'test',
    version: '1.0.0',
    driver: 'http',
    instances: [{ endpoint: engine.endpoint }],
    capabilities: [{ type: 'burn' }],
    breaker: { failureThreshold: 2, openMs: 1_000, successThreshold: 1 },
  })
})
afterAll(() => cleanup.disposeAsync())

const query = <Output>(path: string, input?: unknown) => running.client.query<Output>(path, input)
const mutate = <Output>(path: string, input?: unknown) => running.client.mutate<Output>(path, input)
const alertsOf = async (rule: string, state?: string) =>
  (await query<Page<AlertView>>('alerts.list', { rule: [rule], ...(state ? { state: [state] } : {}) })).items
const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: CallError) => error.data,
  )

/** A receiver that keeps what it gets, and refuses the first of each message. */
async function startReceiver() {
  const received: { headers: Record<string, string>; body: string; refused: boolean }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      const refused = received.every(each => each.headers['webhook-id'] !== headers['webhook-id'])
      received.push({ headers, body, refused })
      response.writeHead(refused ? 500 : 204).end(refused ? 'not now' : undefined)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup.defer(() => void server.close())
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?team=night` }
}

test('a failing module raises an alert that is told to a webhook, signed and again after a 500, acknowledged, and resolves by itself', async () => {
  const receiver = await startReceiver()
  const { operations } = running.quarterdeck
  const { secret, id } = await operations.webhooks.create(admin, {
    name: 'pager',
    url: receiver.url,
    severities: [],
    rules: ['breaker-open'],
  })
  await mutate('tasks.submit', { type: 'burn', payload: {}, maxAttempts: 4 })
  const alert = await until('the breaker raises an alert', async () => (await alertsOf('breaker-open', 'open'))[0])
  expect(alert).toMatchObject({
    severity: 'critical',
    moduleId: 'engine',
    title: expect.stringContaining('Engine: breaker'),
  })
  const { attention } = await until('the command center shows it', async () => {
    const view = await query<{ attention: { href: string }[] }>('stats.dashboard')
    return view.attention.some(({ href }) => href === `/alerts?alert=${alert.id}`) ? view : null
  })
  expect(attention[0]).toMatchObject({ severity: 'critical' })
  await mutate('alerts.acknowledge', { ids: [alert.id], note: 'changing the pump' })
  expect(await refusalOf(mutate('alerts.acknowledge', { ids: [alert.id] }))).toMatchObject({
    appCode: 'ALERT_NOT_OPEN',
  })

  engine.answer = () => ({ status: 200, body: {} })
  const resolved = await until(
    'it resolves',
    async () => {
      const detail = await query<AlertDetail>('alerts.get', { id: alert.id })
      return detail.state === 'resolved' ? detail : null
    },
    20_000,
  )
  expect(resolved.timeline.map(({ kind }) => kind)).toEqual(['raised', 'acknowledged', 'resolved'])
  const topics = ['alert.raised', 'alert.acknowledged', 'alert.resolved']
  await until(
    'the receiver has taken each message',
    () => topics.every(topic => receiver.received.some(({ body, refused }) => !refused && body.includes(`"${topic}"`))),
    20_000,
  )
  for (const { headers, body, refused } of receiver.received) {
    const message = new Webhook(secret).verify(body, headers) as WebhookBody
    expect(message.data.alert).toMatchObject({ id: alert.id, rule: 'breaker-open' })
    const twice = receiver.received.filter(each => each.headers['webhook-id'] === headers['webhook-id'])
    expect(refused ? twice[0]?.body : body).toBe(body)
  }
  // The receiver has the last one before its delivery is written down.
  const deliveries = await until('all are written down as delivered', async () => {
    const { items } = await operations.webhooks.deliveries('default', { webhookId: id, limit: 10 })
    return items.every(({ status }) => status === 'delivered') ? items : null
  })
  expect(deliveries).toHaveLength(3)
  for (const { status, attempts } of deliveries) {
    expect(status).toBe('delivered')
    expect(attempts).toMatchObject([{ httpStatus: 204 }, { httpStatus: 500, excerpt: 'not now' }])
  }
  const told = await query<Page<EventView>>('events.list', { types: ['alert.*'], moduleId: 'engine', limit: 50 })
  const types = told.items.filter(({ data }) => data['alertId'] === alert.id).map(({ type }) => type)
  expect(types.toReversed()).toEqual(topics)
}, 60_000)

test('a transaction that somebody holds open is named within a minute of being too old, and resolved when it ends', async () => {
  const client = await running.database.pool.connect()
  try {
    await client.query(`SET application_name = 'forgotten shell'; BEGIN; SELECT 1`)
    await mutate('alerts.setRule', await editOf('held-transaction', { thresholds: [6, 300] }))
    const alert = await until('it is alarmed', async () => (await alertsOf('held-transaction'))[0], 30_000)
    expect(alert).toMatchObject({
      severity: 'warning',
      detail: expect.stringMatching(/forgotten shell.*idle in transaction/),
    })
    expect(alert.evidence).toMatchObject({
      application: 'forgotten shell',
      repair: expect.stringContaining('pg_terminate_backend'),
    })
  } finally {
    await client.query('ROLLBACK; RESET application_name')
    client.release()
  }
  await until('it is resolved', async () => (await alertsOf('held-transaction', 'resolved'))[0], 20_000)
}, 60_000)

async function editOf(id: string, { thresholds }: { thresholds: (number | null)[] }) {
  const { items } = await query<Page<AlertRuleView>>('alerts.rules')
  const { version, enabled, levels, clearMs, objectivePercent } = items.find(rule => rule.id === id)!
  const edited = levels.map((level, index) => ({ ...level, threshold: thresholds[index] ?? null }))
  return { id, version, enabled, levels: edited, clearMs, objectivePercent }
}

describe('a rule', () => {
  test('is edited on its version, and audited; what makes no sense is refused beside its field', async () => {
    const edit = await editOf('queue-age', { thresholds: [120, 600] })
    const rule = await mutate<AlertRuleView>('alerts.setRule', edit)
    expect(rule).toMatchObject({ version: 1, isDefault: false, levels: [{ threshold: 120 }, { threshold: 600 }] })
    expect(await refusalOf(mutate('alerts.setRule', edit))).toMatchObject({ appCode: 'VERSION_CONFLICT' })
    for (const [thresholds, path] of [
      [[600, 120], 'levels[1].threshold'],
      [[120, null], 'levels[1].threshold'],
    ] as const) {
      const wrong = { ...edit, ...(await editOf('queue-age', { thresholds: [...thresholds] })) }
      expect(await refusalOf(mutate('alerts.setRule', wrong))).toMatchObject({
        appCode: 'INVALID_INPUT',
        details: { problems: [{ path }] },
      })
    }
    const over = await editOf('fleet-health', { thresholds: [101, 70, 50] })
    expect(await refusalOf(mutate('alerts.setRule', over))).toMatchObject({ appCode: 'INVALID_INPUT' })
    const { rows } = await running.database.pool.query(
      `SELECT count(*)::int AS n FROM audit_entry WHERE action = 'alert_rule.changed'`,
    )
    expect(rows).toEqual([{ n: 2 }])
  })
})

test('a silence that ends before it begins, or is over already, is refused beside its end', async () => {
  const startsAt = new Date(Date.now() + 60_000).toISOString()
  for (const wrong of [
    { startsAt, endsAt: new Date(Date.now() + 30_000).toISOString() },
    { endsAt: new Date(Date.now() - 1_000).toISOString() },
    { startsAt, endsAt: new Date(Date.now() + 100 * 86_400_000).toISOString() },
  ]) {
    expect(await refusalOf(mutate('alerts.silence', { ...wrong, reason: 'r' }))).toMatchObject({
      appCode: 'INVALID_INPUT',
      details: { problems: [{ path: 'endsAt' }] },
    })
  }
  const endsAt = new Date(Date.now() + 60_000).toISOString()
  const silence = await mutate<Silence>('alerts.silence', {
    endsAt,
    reason: 'new pump',
    kind: 'maintenance',
    moduleId: 'engine',
  })
  expect(silence).toMatchObject({ status: 'active', kind: 'maintenance' })
  expect(await mutate('alerts.unsilence', { id: silence.id })).toMatchObject({ status: 'over' })
  expect(await refusalOf(mutate('alerts.unsilence', { id: silence.id }))).toMatchObject({
    appCode: 'SILENCE_NOT_FOUND',
  })
})

test('webhooks may not be sent to metadata or private addresses, and no key may see or make them', async () => {
  const { webhooks } = running.quarterdeck.operations
  for (const url of ['http://169.254.169.254/latest', 'http://10.0.0.1/x?y=1', 'http://[fd00::1]/']) {
    const input = { name: 'n', url, severities: [], rules: [] }
    await expect(webhooks.create(admin, input)).rejects.toMatchObject({
      code: 'ADDRESS_NOT_ALLOWED',
      details: { problems: [{ path: 'url' }] },
    })
  }
  expect(await refusalOf(query('webhooks.list'))).toMatchObject({ appCode: 'FORBIDDEN' })
})

test('every invariant holds after real work, and can be asked for at any time', async () => {
  await mutate('tasks.submitBatch', { tasks: Array.from({ length: 20 }, () => ({ type: 'burn', payload: {} })) })
  await until(
    'the work is done',
    async () => (await query<{ running: number; ready: number }>('queues.stats')).running === 0,
  )
  const { items } = await mutate<Page<InvariantView>>('invariants.run', {})
  expect(items.filter(({ outcome }) => outcome !== 'held')).toEqual([])
  expect(items).toHaveLength(13)
})

test('a lease that the running replica does not work on is found, and is none once it is gone', async () => {
  const { pool } = running.database
  const runAt = new Date(Date.now() + 3_600_000).toISOString()
  const { id } = await mutate<{ id: string }>('tasks.submit', { type: 'burn', payload: {}, runAt })
  await pool.query(
    `WITH gone AS (DELETE FROM waiting WHERE id = $1 RETURNING id, tenant_id, attempts)
     INSERT INTO lease (id, tenant_id, lease_no, replica_id, attempts, enqueued_at, claimed_at)
     SELECT id, tenant_id, 1000000, (SELECT id FROM replica), attempts, now(), now() FROM gone`,
    [id],
  )
  const look = async () => {
    const { items } = await mutate<Page<InvariantView>>('invariants.run', { names: ['running-without-execution'] })
    return items.find(({ name }) => name === 'running-without-execution')
  }
  expect(await look()).toMatchObject({ outcome: 'violated', found: 1, sample: [expect.stringContaining(id)] })
  await pool.query('DELETE FROM lease WHERE id = $1', [id])
  expect(await look()).toMatchObject({ outcome: 'held', found: 0 })
})
