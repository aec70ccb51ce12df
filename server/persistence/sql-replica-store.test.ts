import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dutyNames, type ReplicaReport } from '#server/core/replicas/replica-store.ts'
import type { Signal } from '#server/core/replicas/signals.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { startTcpProxy, type TcpProxy } from '#server/testing/tcp-proxy.ts'
import { until } from '#server/testing/until.ts'
import { ControlConnection } from './control-connection.ts'
import { sessionName } from './sql/replicas/session-name.ts'
import { SqlReplicaStore } from './sql-replica-store.ts'
import { SqlSignals, toPayloads } from './sql-signals.ts'

const terms = { deadAfterMs: 5_000, dutyLeaseMs: 5_000, acknowledgedLoss: null }
const report: ReplicaReport = {
  running: 1,
  concurrency: 9,
  claimedPerMinute: 60,
  staleWrites: 0,
  refused: 0,
  isDraining: false,
}
const allDuties = [...dutyNames]
let database: TestDatabase
let cleanup: AsyncDisposableStack

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())
beforeEach(async () => {
  cleanup = new AsyncDisposableStack()
  await database.pool.query(`DELETE FROM replica; UPDATE duty SET holder = NULL, expires_at = '-infinity'`)
})
afterEach(() => cleanup.disposeAsync())

async function openControl(id: string, url = database.url): Promise<ControlConnection> {
  const control = new ControlConnection({ url, name: sessionName('control', id), logger: silentLogger })
  await control.open()
  cleanup.defer(() => control.close())
  return control
}

async function openStore(id: string): Promise<SqlReplicaStore> {
  const store = new SqlReplicaStore({
    control: await openControl(id),
    pool: database.pool,
    logger: silentLogger,
    replica: { id, version: '1.0.0', address: () => 'http://10.0.0.1:3000' },
    clock: { offsetMs: 12, learn() {} },
  })
  await store.join()
  return store
}

async function age(id: string, ms: number): Promise<void> {
  await database.pool.query(`UPDATE replica SET heartbeat_at = heartbeat_at - $2 * interval '1 ms' WHERE id = $1`, [
    id,
    ms,
  ])
}

describe('replicas', () => {
  test('hear with each heartbeat who else lives, and are shown with what they said', async () => {
    const a = await openStore('a')
    const b = await openStore('b')
    expect((await a.beat(report, terms)).others).toEqual(['b'])
    expect((await b.beat(report, terms)).others).toEqual(['a'])
    await age('a', 6_000)
    expect((await b.beat(report, terms)).others).toEqual([])
    await b.leave()
    expect((await a.beat(report, terms)).others).toEqual([])
    const list = await a.list()
    expect(list.find(({ id }) => id === 'a')).toMatchObject({
      ...report,
      address: 'http://10.0.0.1:3000',
      clockOffsetMs: 12,
    })
    expect(list.find(({ id }) => id === 'b')?.stoppedAt).not.toBeNull()
  })

  test('divide the duties: who is alone has all, one that joins gets those that come free, one at a time', async () => {
    const a = await openStore('a')
    expect((await a.beat(report, terms)).duties).toEqual(allDuties)
    const b = await openStore('b')
    expect((await b.beat(report, terms)).duties).toEqual([])
    await database.pool.query(`UPDATE duty SET expires_at = clock_timestamp() WHERE name IN ('deadlines', 'retention')`)
    expect((await b.beat(report, terms)).duties).toEqual(['deadlines'])
    expect((await a.beat(report, terms)).duties).toEqual(allDuties.filter(name => name !== 'deadlines'))
    await a.leave()
    expect((await b.beat(report, terms)).duties).toEqual(allDuties)
  })

  test('never hold a duty twice, however many beat at once', async () => {
    const stores = await Promise.all(['a', 'b', 'c', 'd'].map(openStore))
    for (let round = 0; round < 10; round++) {
      await database.pool.query('UPDATE duty SET expires_at = clock_timestamp() WHERE random() < 0.5')
      const answers = await Promise.all(stores.map(store => store.beat(report, terms)))
      const held = answers.flatMap(answer => answer.duties)
      expect(new Set(held).size).toBe(held.length)
    }
  })

  test('that stop take no duty any more', async () => {
    const a = await openStore('a')
    expect((await a.beat({ ...report, isDraining: true }, terms)).duties).toEqual([])
  })

  test('that fell silent are declared dead once, hear of it until they say so, and lose their sessions', async () => {
    const a = await openStore('a')
    const b = await openStore('b')
    const c = await openStore('c')
    const frozen = new pg.Client({ connectionString: database.url, application_name: sessionName('dispatch', 'a') })
    frozen.on('error', () => {})
    await frozen.connect()
    await frozen.query('BEGIN')
    await frozen.query('SELECT 1 FROM event_sequence FOR UPDATE')
    await age('a', 6_000)
    const found = await Promise.all([b.declareLost(5_000), c.declareLost(5_000)])
    expect(found.flat()).toMatchObject([{ id: 'a' }])
    expect(await b.declareLost(5_000)).toEqual([])
    // What it had locked is free, and what it had begun is undone.
    await until('the lock is free', async () => {
      const { rows } = await database.pool.query('SELECT 1 FROM event_sequence FOR UPDATE SKIP LOCKED')
      return rows.length > 0
    })
    await expect(frozen.query('COMMIT')).rejects.toThrow()
    const heard = await until('it is back', () => a.beat(report, terms).catch(() => null))
    expect(heard.lostAt).not.toBeNull()
    expect((await a.beat(report, terms)).lostAt).toBe(heard.lostAt)
    expect((await a.beat(report, { ...terms, acknowledgedLoss: heard.lostAt })).lostAt).toBeNull()
  })

  test('that were forgotten join again by themselves', async () => {
    const a = await openStore('a')
    await database.pool.query('DELETE FROM replica')
    expect((await a.beat(report, terms)).lostAt).toBeNull()
    expect((await a.list()).map(({ id }) => id)).toEqual(['a'])
  })

  test('hear that configuration was changed, whoever wrote it', async () => {
    const a = await openStore('a')
    const before = (await a.beat(report, terms)).revisions
    await database.pool.query(
      `INSERT INTO setting (tenant_id, key, value, updated_by) VALUES ('default', 'anything', '1', 'somebody')`,
    )
    const after = (await a.beat(report, terms)).revisions
    expect(after['settings']).toBe((before['settings'] ?? 0) + 1)
    expect(after['modules']).toBe(before['modules'])
  })
})

describe('signals', () => {
  const openSignals = async (id: string, url?: string) => {
    const control = await openControl(id, url)
    const heard: Signal[] = []
    let reconnected = 0
    const signals = new SqlSignals({ control, replicaId: id, logger: silentLogger })
    signals.listen({ onSignal: signal => heard.push(signal), onReconnected: () => reconnected++ })
    return { signals, control, heard, reconnected: () => reconnected }
  }

  test('reach all others and not the one that calls', async () => {
    const a = await openSignals('a')
    const b = await openSignals('b')
    const c = await openSignals('c')
    const sent: Signal[] = [{ kind: 'events' }, { kind: 'work', laneIds: [1, 2] }]
    await a.signals.send(sent)
    await until('both have heard', () => b.heard.length === 2 && c.heard.length === 2)
    expect(b.heard).toEqual(sent)
    expect(a.heard).toEqual([])
  })

  test('of the database itself reach all', async () => {
    const a = await openSignals('a')
    await database.pool.query(`UPDATE setting SET version = version + 1`)
    await until('it was heard', () => a.heard.length > 0)
    expect(a.heard).toEqual([{ kind: 'revision' }])
  })

  test('are heard again after the session was ended, and who missed some is told so', async () => {
    const a = await openSignals('a')
    const b = await openSignals('b')
    await database.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
      sessionName('control', 'b'),
    ])
    await until('it is back', () => b.reconnected() === 1)
    await a.signals.send([{ kind: 'events' }])
    await until('it hears', () => b.heard.length > 0)
  })

  test('are heard again after the line went dead without a word', async () => {
    const { hostname: host, port } = new URL(database.url)
    const proxy: TcpProxy = cleanup.use(await startTcpProxy({ host, port: Number(port) }))
    const url = new URL(database.url)
    url.host = `127.0.0.1:${proxy.port}`
    const a = await openSignals('a')
    const b = await openSignals('b', url.href)
    proxy.blackHole()
    // As a heartbeat each second would find out.
    await expect(b.control.query({ text: 'SELECT 1' })).rejects.toThrow()
    await until('it is back', () => b.reconnected() === 1)
    await a.signals.send([{ kind: 'replicas' }])
    await until('it hears', () => b.heard.length > 0)
  }, 20_000)

  test('are sent in messages that PostgreSQL takes, however many there are', () => {
    const check = {
      tenantId: 'default',
      moduleId: 'm',
      instanceId: 'i',
      status: 'healthy',
      load: null,
      latencyMs: 1,
      reason: 'ä'.repeat(200),
    } as const
    const payloads = toPayloads('replica-a', [
      { kind: 'work', laneIds: Array.from({ length: 5_000 }, (_, index) => index) },
      { kind: 'checked', checks: Array.from({ length: 300 }, () => check) },
    ])
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000)
    const signals = payloads.flatMap(payload => (JSON.parse(payload) as { signals: Signal[] }).signals)
    expect(signals[0]).toEqual({ kind: 'work', laneIds: [] })
    expect(signals.filter(signal => signal.kind === 'checked').flatMap(signal => signal.checks)).toHaveLength(300)
  })
})

test('a closed connection stays closed, while one that was lost at the same time is back', async () => {
  const [control, lost] = [await openControl('closing'), await openControl('lost')]
  let isBack = false
  lost.onReconnected(() => {
    isBack = true
  })
  await control.close()
  await database.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
    sessionName('control', 'lost'),
  ])
  await until('the other is back', () => isBack)
  const { rows } = await database.pool.query('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [
    sessionName('control', 'closing'),
  ])
  expect(rows).toEqual([])
})
