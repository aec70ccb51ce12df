import { readFileSync } from 'node:fs'
import { openDatabase } from '../server/composition/open-database.ts'
import { readConfig } from '../server/config/read-config.ts'
import type { DecisionView } from '../server/contracts/decisions.ts'
import type { EventType } from '../server/contracts/events.ts'
import type { StampedEvent } from '../server/core/events/event-store.ts'
import type { ClaimedTask, LeaseEnd, NewTask } from '../server/core/queue/task-store.ts'
import { silentLogger } from '../server/core/shared/logger.ts'
import { makeReachableTempDir } from '../server/persistence/embedded/reachable-temp-dir.ts'
import { SqlTaskStore } from '../server/persistence/sql-task-store.ts'
import { createIdSource } from '../server/persistence/uuid-v7.ts'
import { type Figure, toFigure } from './figure.ts'

const tasks = 20_480
const batch = 256
const commits = 200
const replicaId = 'ladder'
const msPerTick = 10

/**
 * The rungs below the whole path: a commit that waits for the disk, and the three moves of a task as SQL alone, in full batches over
 * one connection with nothing around them. CPU is that of the database's process for the connection; wall time has the driver in it.
 */
export async function measureLadder(runs: number): Promise<Figure[]> {
  await using folder = await makeReachableTempDir('quarterdeck-ladder')
  const { config } = readConfig({ QUARTERDECK_DATA_DIR: folder.path, QUARTERDECK_PORT: '0' })
  const database = await openDatabase(config, silentLogger)
  try {
    const client = await database.hot.connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const readCpuMs = () => cpuMsOf(rows[0]?.pid ?? 0)
    client.release()
    await database.pool.query('CREATE TABLE ladder (n integer)')
    const commitUs: number[] = []
    const moves = new Map<string, { wallUs: number[]; cpuUs: number[] }>()
    const take = async (name: string, move: () => Promise<void>) => {
      const [begun, cpuMs] = [performance.now(), readCpuMs()]
      await move()
      const figures = moves.get(name) ?? { wallUs: [], cpuUs: [] }
      figures.wallUs.push(Math.round(((performance.now() - begun) * 1_000) / tasks))
      figures.cpuUs.push(Math.round(((readCpuMs() - cpuMs) * 1_000) / tasks))
      moves.set(name, figures)
    }
    const line = await openLine(new SqlTaskStore({ hot: database.hot, pool: database.pool, replicaId }))
    for (let run = 0; run <= runs; run++) {
      const begun = performance.now()
      for (let n = 0; n < commits; n++) await database.hot.query('INSERT INTO ladder VALUES ($1)', [n])
      commitUs.push(Math.round(((performance.now() - begun) * 1_000) / commits))
      await take('insert', line.insert)
      await take('claim', line.claim)
      await take('finish', line.finish)
    }
    return [
      toFigure('a commit of one row', 'µs', warm(commitUs)),
      ...[...moves].flatMap(([name, { wallUs, cpuUs }]) => [
        toFigure(`SQL alone: ${name}, per task in batches of ${batch}`, 'µs', warm(wallUs)),
        toFigure(`CPU of the database for it: ${name}`, 'µs', warm(cpuUs)),
      ]),
    ]
  } finally {
    await database.close()
  }
}

/** Without the first run, which plans the statements and fills the caches. */
function warm(values: readonly number[]): number[] {
  return values.slice(1)
}

/** User and system time of a process on Linux so far. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * msPerTick
}

/** One lane, through which each call moves all tasks one step further. */
async function openLine(store: SqlTaskStore) {
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'noop' })
  const ids = createIdSource()
  const held: ClaimedTask[][] = []
  return {
    insert: async () => {
      for (let n = 0; n < tasks; n += batch) {
        await store.insert(Array.from({ length: batch }, () => newTask(ids.next(), lane.id)))
      }
    },
    claim: async () => {
      for (let n = 0; n < tasks; n += batch) {
        held.push(await store.claim([{ laneId: lane.id, slots: batch }], batch, replicaId))
      }
    },
    finish: async () => {
      for (const claimed of held.splice(0)) await store.finish(claimed.map(toEnd), replicaId)
    },
  }
}

function newTask(id: string, laneId: number): NewTask {
  const now = Date.now()
  return {
    tenantId: 'default',
    id,
    laneId,
    type: 'noop',
    pinnedModuleId: null,
    priority: 5,
    score: 2,
    rank: now,
    runAt: null,
    deadline: null,
    timeoutMs: 30_000,
    totalTimeoutMs: null,
    maxAttempts: 4,
    complexity: 1,
    costBudgetUsd: null,
    idempotencyKey: null,
    bodyHash: null,
    submittedBy: 'bench',
    retryOf: null,
    remake: null,
    dependsOn: [],
    traceparent: null,
    acceptedAt: now,
    payload: '{"n":1}',
    payloadBytes: 7,
    event: eventOf('task.ready', id),
  }
}

function toEnd(task: ClaimedTask): LeaseEnd {
  const at = Date.now()
  return {
    task,
    attempts: [
      {
        number: 1,
        moduleId: 'noop',
        instanceId: decision.instanceId,
        outcome: 'succeeded',
        error: null,
        dispatchedAt: at,
        endedAt: at,
        costUsd: 0,
        decision,
      },
    ],
    attemptsUsed: 1,
    startedAt: at,
    at,
    next: { kind: 'end', status: 'succeeded', result: '{"ok":true}', error: null, reason: null },
    events: (['agent.started', 'agent.completed', 'task.succeeded'] as const).map(type => eventOf(type, task.id)),
  }
}

function eventOf(type: EventType, taskId: string): StampedEvent {
  return {
    schemaVersion: 1,
    type,
    at: Date.now(),
    priority: 5,
    taskId,
    moduleId: 'noop',
    instanceId: decision.instanceId,
    data: { type: 'noop', attempt: 1, durationMs: 1 },
  }
}

/** As the router stores it when one module with one instance is all there is. */
const decision = {
  schemaVersion: 1,
  moduleId: 'noop',
  instanceId: 'i-1dd3f89eabc12',
  strategy: 'power_of_two',
  probability: 1,
  confidence: 0.98,
  fallbacks: [],
  reasons: ['noop is the only module with room', 'its only instance'],
  candidates: [
    {
      moduleId: 'noop',
      instanceId: 'i-1dd3f89eabc12',
      score: 0.98,
      load: 0.1,
      inFlight: 10,
      capacity: 100,
      successRate: 0.99,
      meanMs: 0.3,
      evidence: 100,
      costPerHourUsd: 0,
      excluded: null,
    },
  ],
} satisfies DecisionView
