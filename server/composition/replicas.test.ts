import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BreakerView } from '#server/contracts/breakers.ts'
import type { Page } from '#server/contracts/common.ts'
import type { EventView } from '#server/contracts/events.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import type { ReplicaView } from '#server/contracts/replicas.ts'
import type { OrchestratorStats, QueueStats } from '#server/contracts/stats.ts'
import type { SubmitBatchReceipt, SubmitReceipt, TaskView } from '#server/contracts/tasks.ts'
import { dutyNames } from '#server/core/replicas/replica-store.ts'
import type { Client } from '#server/testing/client.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { type ReplicaProcess, startReplicaProcess } from '#server/testing/replica-process.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

const patienceMs = 60_000
let cleanup: AsyncDisposableStack
let database: TestDatabase
let module: ScriptedModule

beforeEach(async () => {
  cleanup = new AsyncDisposableStack()
  database = cleanup.use(await createTestDatabase())
  module = cleanup.use(await startScriptedModule())
})
afterEach(() => cleanup.disposeAsync())

async function startReplicas(count: number): Promise<ReplicaProcess[]> {
  const replicas: ReplicaProcess[] = []
  for (let n = 0; n < count; n++) replicas.push(cleanup.use(await startReplicaProcess(database.url)))
  await until('each knows all others', async () => {
    const lists = await Promise.all(replicas.map(replica => listReplicas(replica.client)))
    return lists.every(list => list.filter(({ state }) => state === 'running').length === count)
  })
  return replicas
}

function registerWorker(client: Client, capacity: number): Promise<ModuleView> {
  return client.mutate('modules.register', {
    id: 'worker',
    name: 'Worker',
    category: 'test',
    version: '1',
    capabilities: [{ type: 'work' }],
    instances: [{ endpoint: module.endpoint, capacity }],
  })
}

async function submit(client: Client, count: number): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, n) => ({ type: 'work', payload: n }))
  const { accepted } = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
  expect(accepted).toHaveLength(count)
  return accepted.map(({ id }) => id)
}

async function listReplicas(client: Client): Promise<ReplicaView[]> {
  return (await client.query<Page<ReplicaView>>('replicas.list')).items
}

async function untilKnown(replicas: readonly ReplicaProcess[], capability = 'worker'): Promise<void> {
  await until('all know the module', async () => {
    const found = await Promise.all(
      replicas.map(({ client }) => client.query<ModuleView>('modules.get', { id: capability }).catch(() => null)),
    )
    return found.every(view => view !== null)
  })
}

async function untilAllEnd(client: Client, count: number): Promise<void> {
  await until(
    'everything ends',
    async () => {
      const stats = await client.query<QueueStats>('queues.stats')
      return stats.size + stats.running === 0 && stats.succeeded + stats.failed + stats.cancelled >= count
    },
    patienceMs,
  )
}

/** Invariants that hold after any fault: one outcome for each accepted task, and nothing left anywhere. */
async function expectEachEndedOnce(count: number): Promise<void> {
  const { rows } = await database.pool.query<{
    accepted: number
    ended: number
    distinct_ended: number
    left: number
  }>(`
    SELECT (SELECT count(*)::int FROM task) AS accepted, (SELECT count(*)::int FROM outcome) AS ended,
           (SELECT count(DISTINCT id)::int FROM outcome) AS distinct_ended,
           (SELECT count(*) FROM ready)::int + (SELECT count(*) FROM waiting)::int + (SELECT count(*) FROM lease)::int AS left`)
  expect(rows).toEqual([{ accepted: count, ended: count, distinct_ended: count, left: 0 }])
}

/** Every numbered event as each replica tells it. */
async function eventSequences(replicas: readonly ReplicaProcess[]): Promise<number[][]> {
  const { rows } = await database.pool.query<{ last_seq: string }>('SELECT last_seq FROM event_sequence')
  const toSeq = Number(rows[0]?.last_seq)
  return Promise.all(
    replicas.map(async ({ client }) => {
      const events = await client.query<EventView[]>('events.replay', { fromSeq: Math.max(1, toSeq - 900), toSeq })
      return events.map(event => event.seq)
    }),
  )
}

describe('three replicas with nothing in common but the database', () => {
  test('share the work of a module without ever exceeding its capacity, and each sees all events and totals', async () => {
    const capacity = 6
    let inFlight = 0
    let most = 0
    module.answer = () => {
      inFlight++
      most = Math.max(most, inFlight)
      setTimeout(() => inFlight--, 20)
      return { status: 200, body: 'done', delayMs: 20 }
    }
    const replicas = await startReplicas(3)
    const [first] = replicas as [ReplicaProcess]
    await registerWorker(first.client, capacity)
    await untilKnown(replicas)
    await submit(first.client, 600)
    await untilAllEnd(first.client, 600)
    await expectEachEndedOnce(600)
    expect(most).toBeLessThanOrEqual(capacity)
    const { rows } = await database.pool.query<{ replica_id: string; calls: number }>(
      'SELECT replica_id, count(*)::int AS calls FROM attempt GROUP BY replica_id',
    )
    expect(rows.map(row => row.replica_id).sort()).toEqual(replicas.map(({ id }) => id).sort())

    await until('all have counted all events alike', async () => {
      const stats = await Promise.all(
        replicas.map(({ client }) => client.query<OrchestratorStats>('stats.orchestrator')),
      )
      const { rows: logged } = await database.pool.query<{ total: string }>(
        'SELECT sum(count) AS total FROM event_batch',
      )
      return stats.every(({ eventBus }) => eventBus.total === Number(logged[0]?.total))
    })
    const sequences = await eventSequences(replicas)
    for (const sequence of sequences) {
      expect(sequence).toEqual(sequences[0])
      expect(sequence).toEqual(sequence.map((_, index) => (sequence[0] ?? 0) + index))
    }
  }, 120_000)

  test('take over what one held when it was killed: everything accepted ends once, and the loss is told once', async () => {
    module.answer = call => ({ status: 200, body: { of: call.payload }, delayMs: 50 })
    const replicas = await startReplicas(3)
    const [first, second, third] = replicas as [ReplicaProcess, ReplicaProcess, ReplicaProcess]
    await registerWorker(first.client, 30)
    await untilKnown(replicas)
    await submit(first.client, 800)
    await until('all run some', async () => {
      const { rows } = await database.pool.query('SELECT replica_id FROM lease GROUP BY replica_id')
      return rows.length === 3
    })
    await second.end('SIGKILL')
    await submit(third.client, 200)
    await untilAllEnd(first.client, 1_000)
    await expectEachEndedOnce(1_000)
    const lost = await until('the loss is shown', async () => {
      const list = await listReplicas(third.client)
      return list.find(({ id, state }) => id === second.id && state === 'lost')
    })
    expect(lost).toMatchObject({ leases: 0, duties: [], running: 0 })
    const { items } = await first.client.query<Page<EventView>>('events.list', { types: ['replica.lost'], limit: 10 })
    expect(items.map(event => event.data['replicaId'])).toEqual([second.id])
    const duties = (await listReplicas(first.client)).flatMap(replica => replica.duties.map(({ name }) => name))
    expect(duties.sort()).toEqual([...dutyNames])
  }, 120_000)

  test('discard what one that was frozen writes late, and let it work on', async () => {
    let isHolding = true
    module.answer = () => (isHolding ? { status: 200, body: 'slow', delayMs: 2_000 } : { status: 200, body: 'quick' })
    const replicas = await startReplicas(2)
    const [first, second] = replicas as [ReplicaProcess, ReplicaProcess]
    await registerWorker(first.client, 8)
    await untilKnown(replicas)
    const ids = await submit(first.client, 8)
    await until('the second runs some', async () => {
      const { rows } = await database.pool.query('SELECT 1 FROM lease WHERE replica_id = $1', [second.id])
      return rows.length > 0
    })
    second.child.kill('SIGSTOP')
    isHolding = false
    await untilAllEnd(first.client, ids.length)
    second.child.kill('SIGCONT')
    const back = await until('it is back, and its late outcomes were discarded', async () => {
      const list = await listReplicas(first.client)
      return list.find(({ id, state, staleWrites }) => id === second.id && state === 'running' && staleWrites > 0)
    })
    expect(back.leases).toBe(0)
    await expectEachEndedOnce(ids.length)
    const { rows } = await database.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM attempt WHERE replica_id = $1 AND outcome <> 'lost'`,
      [second.id],
    )
    expect(rows).toEqual([{ count: 0 }])
    await submit(second.client, 20)
    await untilAllEnd(first.client, ids.length + 20)
  }, 120_000)

  test('end a call that runs on one when it is cancelled on another', async () => {
    module.answer = () => 'hang'
    const replicas = await startReplicas(3)
    const [first] = replicas as [ReplicaProcess]
    await registerWorker(first.client, 3)
    await untilKnown(replicas)
    const [id] = (await submit(first.client, 1)) as [string]
    const holder = await until('somebody runs it', async () => {
      const { rows } = await database.pool.query<{ replica_id: string }>('SELECT replica_id FROM lease')
      return rows[0]?.replica_id
    })
    const other = replicas.find(replica => replica.id !== holder) as ReplicaProcess
    await until('the module was called', () => module.calls.length > 0)
    await other.client.mutate('tasks.cancel', { id, reason: 'not needed' })
    await until('the call was ended', () => module.aborted > 0)
    await until('it ended', async () => {
      const task = await other.client.query<TaskView>('tasks.get', { id })
      return task.status === 'cancelled'
    })
    expect(await first.client.query<TaskView>('tasks.get', { id })).toMatchObject({ endReason: 'not needed' })
  }, 60_000)

  test('hand all over at once when one is stopped', async () => {
    module.answer = () => ({ status: 200, body: 'done', delayMs: 30 })
    const replicas = await startReplicas(3)
    const [first, second] = replicas as [ReplicaProcess, ReplicaProcess]
    await registerWorker(first.client, 12)
    await untilKnown(replicas)
    await submit(second.client, 400)
    await second.end('SIGTERM')
    await untilAllEnd(first.client, 400)
    await expectEachEndedOnce(400)
    expect(await listReplicas(first.client)).toContainEqual(
      expect.objectContaining({ id: second.id, state: 'stopped', leases: 0, duties: [] }),
    )
    const { rows } = await database.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM attempt WHERE outcome = 'lost'`,
    )
    expect(rows).toEqual([{ count: 0 }])
  }, 60_000)
})

describe('what is changed on one replica', () => {
  test('holds on all: modules, instances, policy, holds on breakers, keys', async () => {
    const replicas = await startReplicas(2)
    const [here, there] = replicas as [ReplicaProcess, ReplicaProcess]
    await registerWorker(here.client, 4)
    await untilKnown(replicas)
    const { instances } = await there.client.query<ModuleView>('modules.get', { id: 'worker' })
    const instanceId = instances[0]?.id ?? ''
    const target = { moduleId: 'worker', instanceId }

    await here.client.mutate('modules.disable', { id: 'worker', reason: 'maintenance' })
    await until('disabled there', async () => {
      const view = await there.client.query<ModuleView>('modules.get', { id: 'worker' })
      return !view.enabled
    })
    await there.client.mutate('modules.enable', { id: 'worker' })
    await until(
      'enabled here',
      async () => (await here.client.query<ModuleView>('modules.get', { id: 'worker' })).enabled,
    )

    await here.client.mutate('breakers.forceOpen', { ...target, reason: 'provider outage' })
    await until('held there', async () => {
      const view = await there.client.query<BreakerView>('breakers.get', target)
      return view.forced?.reason === 'provider outage'
    })
    await there.client.mutate('breakers.reset', { ...target, reason: 'over' })
    await until('taken back here', async () => {
      const view = await here.client.query<BreakerView>('breakers.get', target)
      return view.forced === null && view.state === 'closed'
    })

    const policy = await here.client.query<{ version: number }>('queues.policy')
    await here.client.mutate('queues.setPolicy', { ...policy, priorities: { work: 9 } })
    await until('the policy holds there', async () => {
      const receipt = await there.client.mutate<SubmitReceipt>('tasks.submit', { type: 'work', payload: null })
      return receipt.priority === 9
    })

    await database.pool.query('UPDATE api_key SET revoked_at = now()')
    await until(
      'the key is refused everywhere',
      async () => {
        const answers = await Promise.all(
          replicas.map(({ client }) =>
            client.query('stats.status').then(
              () => 'admitted',
              () => 'refused',
            ),
          ),
        )
        return answers.every(answer => answer === 'refused')
      },
      3_000,
    )
  }, 60_000)
})
