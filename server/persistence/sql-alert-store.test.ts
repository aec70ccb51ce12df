import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ListAlerts } from '#server/contracts/alerts.ts'
import type { AlertChange, AlertStore, AlertText, StoredSilence } from '#server/core/alerts/alert-store.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import type { LeasedDelivery, WebhookStore } from '#server/core/webhooks/webhook-store.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { until } from '#server/testing/until.ts'
import { readHeldTransactions } from './sql/alerts/held-transactions.ts'
import { createAlertStore } from './sql-alert-store.ts'
import { createWebhookStore } from './sql-webhook-store.ts'

const tenantId = 'default'
const by: Principal = { kind: 'person', id: 'p1', name: 'Ann', email: 'ann@example.org', tenantId, role: 'operator' }
const plainBox = { seal: (secret: string) => `sealed ${secret}`, open: (sealed: string) => sealed.slice(7) }
let database: TestDatabase
let store: AlertStore
let webhooks: WebhookStore
let nowMs: number

beforeAll(async () => {
  database = await createTestDatabase()
  store = createAlertStore(database.pool)
  webhooks = createWebhookStore(database.pool, plainBox)
})
afterAll(() => database[Symbol.asyncDispose]())
beforeEach(async () => {
  for (const table of ['alert', 'alert_evaluation', 'alert_silence', 'webhook', 'event_batch', 'audit_entry']) {
    await database.pool.query(`DELETE FROM ${table}`)
  }
  nowMs = Date.now()
})

const text = (change: Partial<AlertText> = {}): AlertText => ({
  severity: 'warning',
  level: 0,
  title: 'Module m is degraded',
  detail: 'slow',
  href: '/modules/m',
  evidence: { score: 80 },
  ...change,
})

function raise(subject: string, change: Partial<AlertText> = {}): AlertChange & { id: string } {
  const id = randomUUIDv7()
  return { kind: 'raise', id, rule: 'module-health', subject, moduleId: 'm', since: nowMs - 5_000, text: text(change) }
}

async function commit(...changes: AlertChange[]): Promise<boolean> {
  const { revision } = await store.read(tenantId, null)
  const kept = { levels: {}, memory: { progress: null, budget: [] } }
  return store.commit(tenantId, { revision, kept, changes, nowMs, replicaId: 'r1' })
}

function silence(change: Partial<StoredSilence> = {}): StoredSilence {
  const scope = { rule: null, severity: null, moduleId: null }
  const window = { startsAt: nowMs - 1_000, endsAt: nowMs + 60_000 }
  return { id: randomUUIDv7(), kind: 'silence', reason: 'planned', by: 'Ann', ...scope, ...window, ...change }
}

async function addWebhook(filter: { severities?: ('critical' | 'warning')[] } = {}): Promise<string> {
  const id = randomUUIDv7()
  const webhook = {
    id,
    name: 'pager',
    url: 'https://pager.example/x',
    secret: 'whsec_c2VjcmV0',
    rules: [],
    severities: [],
    ...filter,
  }
  expect(await webhooks.create(by, webhook, 50)).toBe(true)
  return id
}

const list = async (filter: Partial<ListAlerts> = {}) =>
  (await store.list(tenantId, { limit: 50, ...filter }, nowMs)).items
const topicsOf = async (webhookId: string) =>
  (await webhooks.deliveries(tenantId, { webhookId, limit: 50 })).items.map(({ topic }) => topic).toReversed()

async function eventTypes(): Promise<string[]> {
  const { rows } = await database.pool.query<{ events: string }>('SELECT events FROM event_batch ORDER BY id')
  return rows.flatMap(({ events }) => (JSON.parse(events) as { type: string }[]).map(({ type }) => type))
}

describe('an alert', () => {
  test('is raised, escalated, acknowledged and resolved, each with its event and its line in the timeline', async () => {
    const alert = raise('module:m')
    await commit(alert)
    await commit({
      kind: 'move',
      id: alert.id,
      isUp: true,
      text: text({ severity: 'critical', level: 1, detail: 'dead' }),
    })
    expect(await store.acknowledge(by, { ids: [alert.id], note: 'on it', nowMs })).toEqual({
      changed: [alert.id],
      known: [alert.id],
    })
    expect(await store.acknowledge(by, { ids: [alert.id], note: 'me too', nowMs })).toEqual({
      changed: [],
      known: [alert.id],
    })
    expect(await list()).toMatchObject([
      { state: 'acknowledged', acknowledgedBy: 'Ann', note: 'on it', severity: 'critical' },
    ])
    await commit({ kind: 'resolve', id: alert.id, note: null })
    const detail = await store.get(tenantId, alert.id, nowMs)
    expect(detail).toMatchObject({ state: 'resolved', title: 'Module m is degraded', ruleName: 'Health of a module' })
    expect(detail?.timeline.map(({ kind, by: who }) => `${kind} ${who}`)).toEqual([
      'raised Quarterdeck',
      'escalated Quarterdeck',
      'acknowledged Ann',
      'resolved Quarterdeck',
    ])
    expect(await eventTypes()).toEqual(['alert.raised', 'alert.escalated', 'alert.acknowledged', 'alert.resolved'])
    const { rows } = await database.pool.query('SELECT action, reason FROM audit_entry')
    expect(rows).toEqual([{ action: 'alert.acknowledged', reason: 'on it' }])
  })

  test('is one at a time for each rule and subject: another one may be raised when it is resolved', async () => {
    const first = raise('module:m')
    await commit(first)
    await commit(raise('module:m'))
    expect(await list()).toMatchObject([{ id: first.id }])
    await commit({ kind: 'resolve', id: first.id, note: null })
    await commit(raise('module:m'))
    expect(await list()).toHaveLength(2)
  })

  test('is committed by one of two replicas that evaluate at once, and by the other not at all', async () => {
    const { revision } = await store.read(tenantId, null)
    const result = { revision, kept: { levels: {}, memory: { progress: null, budget: [] } }, nowMs, replicaId: 'r1' }
    const commits = ['a', 'b'].map(subject => store.commit(tenantId, { ...result, changes: [raise(subject)] }))
    expect((await Promise.all(commits)).toSorted()).toEqual([false, true])
    expect(await list()).toHaveLength(1)
    expect(await eventTypes()).toEqual(['alert.raised'])
  })

  test('is found by state, severity, rule, module, text and time, page by page without gap or repeat', async () => {
    const alerts = Array.from({ length: 5 }, (_, index) =>
      raise(`module:m${index}`, { severity: index < 2 ? 'critical' : 'warning' }),
    )
    await commit(...alerts)
    expect(await list({ severity: ['critical'] })).toHaveLength(2)
    expect(await list({ rule: ['queue-age'] })).toEqual([])
    expect(await list({ moduleId: 'm' })).toHaveLength(5)
    expect(await list({ q: 'IS DEGR' })).toHaveLength(5)
    expect(await list({ q: '100%' })).toEqual([])
    expect(await list({ state: ['resolved'] })).toEqual([])
    expect(await list({ from: new Date(nowMs + 1_000).toISOString() })).toEqual([])
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.list(tenantId, { limit: 2, ...(cursor === undefined ? {} : { cursor }) }, nowMs)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen.toSorted()).toEqual(alerts.map(({ id }) => id).toSorted())
  })

  test('of another tenant is neither seen nor acknowledged', async () => {
    const alert = raise('module:m')
    await commit(alert)
    expect(await store.get('other', alert.id, nowMs)).toBeNull()
    const stranger = { ...by, tenantId: 'other' }
    expect(await store.acknowledge(stranger, { ids: [alert.id], note: '', nowMs })).toEqual({ changed: [], known: [] })
  })
})

describe('a silence', () => {
  test('covers what all of its fields agree with, while its window lasts', async () => {
    await commit(raise('module:m'), raise('module:x', { severity: 'critical' }))
    await store.addSilence(by, silence({ severity: 'critical', moduleId: 'm', rule: 'module-health' }))
    const states = async () => (await list()).map(({ severity, state }) => `${severity} ${state}`).toSorted()
    expect(await states()).toEqual(['critical silenced', 'warning open'])
    expect(await list({ state: ['silenced'] })).toMatchObject([{ silencedBy: { by: 'Ann', reason: 'planned' } }])
    expect(await store.stats(tenantId, nowMs)).toMatchObject({ open: { critical: 0, warning: 1 }, silenced: 1 })
    nowMs += 60_001
    expect(await states()).toEqual(['critical open', 'warning open'])
  })

  test('can be ended early, once; what was planned never begins', async () => {
    const planned = silence({ startsAt: nowMs + 10_000 })
    await store.addSilence(by, planned)
    const filter = { past: false, limit: 50 }
    expect((await store.silences(tenantId, filter, nowMs)).items).toMatchObject([{ status: 'planned', by: 'Ann' }])
    expect(await store.endSilence(by, planned.id, nowMs)).toMatchObject({ status: 'over', endedBy: 'Ann' })
    expect(await store.endSilence(by, planned.id, nowMs)).toBeNull()
    expect((await store.silences(tenantId, filter, nowMs)).items).toEqual([])
    expect((await store.silences(tenantId, { ...filter, past: true }, nowMs)).items).toHaveLength(1)
  })

  test('keeps an alert from webhooks until it is over; one that ends meanwhile is never told of', async () => {
    const webhookId = await addWebhook()
    const covering = silence()
    await store.addSilence(by, covering)
    const [short, long] = [raise('module:short'), raise('module:long')]
    await commit(short, long)
    await commit({ kind: 'resolve', id: short.id, note: null })
    expect(await topicsOf(webhookId)).toEqual([])
    await store.endSilence(by, covering.id, nowMs)
    await commit()
    expect(await topicsOf(webhookId)).toEqual(['alert.raised'])
    await commit({ kind: 'resolve', id: long.id, note: null })
    expect(await topicsOf(webhookId)).toEqual(['alert.raised', 'alert.resolved'])
  })
})

describe('a webhook', () => {
  const settle = (
    delivery: LeasedDelivery,
    isDelivered: boolean,
    retryInMs: number | null,
    httpStatus = isDelivered ? 200 : 500,
  ) =>
    webhooks.settle(
      'r1',
      delivery,
      { at: new Date().toISOString(), latencyMs: 3, httpStatus, excerpt: 'said', isDelivered, retryInMs },
      86_400_000,
    )
  const lease = (limit = 10) => webhooks.lease('r1', 30_000, limit)

  test('is told of what its filter names, and not while it is off', async () => {
    const [all, grave] = [await addWebhook(), await addWebhook({ severities: ['critical'] })]
    const alert = raise('module:m')
    await commit(alert)
    expect([await topicsOf(all), await topicsOf(grave)]).toEqual([['alert.raised'], []])
    const [webhook] = await webhooks.list(tenantId)
    const { id, version, name, url, severities, rules } = webhook!
    expect(await webhooks.update(by, { id, version, name, url, severities, rules, enabled: false })).toBe('updated')
    expect(await webhooks.update(by, { id, version, name, url, severities, rules, enabled: true })).toBe('conflict')
    await commit({ kind: 'resolve', id: alert.id, note: null })
    expect(await topicsOf(all)).toEqual(['alert.raised'])
    expect(await lease()).toEqual([])
  })

  test('has each delivery leased to one replica, and sent again by another when that one died', async () => {
    await addWebhook()
    await commit(raise('a'), raise('b'))
    const taken = await Promise.all(['r1', 'r2', 'r3'].map(replica => webhooks.lease(replica, 30_000, 10)))
    expect(
      taken
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toHaveLength(2)
    expect(taken.flat()[0]).toMatchObject({ url: 'https://pager.example/x', secret: 'whsec_c2VjcmV0', isTest: false })
    await database.pool.query(`UPDATE webhook_delivery SET leased_until = clock_timestamp() - interval '1 second'`)
    expect(await webhooks.lease('r4', 30_000, 10)).toHaveLength(2)
  })

  test('keeps a log of every attempt, and is due again when it is to be', async () => {
    const webhookId = await addWebhook()
    await commit(raise('a'))
    const [delivery] = await lease()
    await settle(delivery!, false, 60_000)
    expect(await lease()).toEqual([])
    const [waiting] = (await webhooks.deliveries(tenantId, { webhookId, limit: 1 })).items
    expect(waiting).toMatchObject({
      status: 'pending',
      attemptCount: 1,
      attempts: [{ httpStatus: 500, excerpt: 'said' }],
    })
    expect((await webhooks.list(tenantId))[0]?.failingSince).not.toBeNull()
    expect(await webhooks.redeliver(by, waiting!.id)).toMatchObject({ status: 'pending' })
    const [again] = await lease()
    expect(again).toMatchObject({ id: delivery!.id, body: delivery!.body, attempts: 0 })
    await settle(again!, true, null)
    const [done] = (await webhooks.deliveries(tenantId, { webhookId, limit: 1 })).items
    expect(done).toMatchObject({
      status: 'delivered',
      attemptCount: 2,
      attempts: [{ httpStatus: 200 }, { httpStatus: 500 }],
    })
    expect((await webhooks.list(tenantId))[0]).toMatchObject({ failingSince: null, pending: 0 })
    await settle(again!, false, 1_000)
    expect((await webhooks.deliveries(tenantId, { webhookId, limit: 1 })).items[0]).toMatchObject({ attemptCount: 2 })
  })

  test('that has failed for a day, or whose receiver is gone, is switched off with what waits for it', async () => {
    for (const httpStatus of [500, 410]) {
      const webhookId = await addWebhook()
      await commit(raise(`a${httpStatus}`), raise(`b${httpStatus}`))
      const [delivery] = await lease(1)
      if (httpStatus === 500) {
        await database.pool.query(`UPDATE webhook SET failing_since = clock_timestamp() - interval '25 hours'`)
      }
      await settle(delivery!, false, httpStatus === 410 ? null : 1_000, httpStatus)
      expect(await webhooks.list(tenantId)).toMatchObject([
        { enabled: false, pending: 0, failingSince: expect.any(String) },
      ])
      await webhooks.remove(by, webhookId)
    }
    const { rows } = await database.pool.query(
      `SELECT actor_kind, reason FROM audit_entry WHERE action = 'webhook.disabled'`,
    )
    expect(rows).toEqual([
      { actor_kind: 'system', reason: 'every delivery failed for a day' },
      { actor_kind: 'system', reason: 'the receiver answered 410 Gone' },
    ])
  })

  test('is refused beyond the most that a tenant may have, however many come at once', async () => {
    const webhook = { name: 'n', url: 'https://x.example', secret: 'whsec_', rules: [], severities: [] }
    const made = await Promise.all([1, 2, 3, 4].map(() => webhooks.create(by, { ...webhook, id: randomUUIDv7() }, 2)))
    expect(made.filter(Boolean)).toHaveLength(2)
  })
})

test('a transaction that is held open is found with its process, program and query', async () => {
  const client = await database.pool.connect()
  try {
    for (const text of [`SET application_name = 'nightly report'`, 'BEGIN', 'SELECT 42']) await client.query(text)
    const held = await until('it is old enough', async () => (await readHeldTransactions(database.pool, 50))[0])
    expect(held).toMatchObject({ application: 'nightly report', state: 'idle in transaction', query: 'SELECT 42' })
    expect(held.pid).toBeTypeOf('number')
    expect(await readHeldTransactions(database.pool, 3_600_000)).toEqual([])
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  expect(await readHeldTransactions(database.pool, 0)).toEqual([])
})
