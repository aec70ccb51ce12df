import type { SubmitBatchReceipt, SubmitReceipt } from '#server/contracts/tasks.ts'
import { EventHub } from '#server/testing/event-hub.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import { attempt, leaseEnd, succeeded } from '#server/testing/task-builders.ts'
import { silentLogger } from '../../shared/logger.ts'
import type { Principal } from '../../shared/principal.ts'
import { MemoryTaskStore } from '../../simulation/memory-task-store.ts'
import { Admission } from '../admission.ts'
import { LaneDirectory } from '../lane-directory.ts'
import { defaultQueuePolicy } from '../priority.ts'
import { Submission } from '../submission.ts'
import { TaskService } from '../task-service.ts'
import type { InsertResult, NewTask } from '../task-store.ts'
import { TaskWatch } from '../task-watch.ts'
import { noStarter } from './no-starter.ts'

const tenantId = 'default'
const by: Principal = { kind: 'service', id: 'key', name: 'Ann', tenantId, scopes: [] }

/** The memory store, which records what is inserted together and can be away. */
export class RecordingStore extends MemoryTaskStore {
  readonly inserts: NewTask[][] = []
  isAway = false

  override async insert(tasks: readonly NewTask[]): Promise<InsertResult[]> {
    if (this.isAway) throw new Error('away')
    this.inserts.push([...tasks])
    return super.insert(tasks)
  }
}

/**
 * Task operations over the memory store, with one module that can run `work`, whose calls take what `durations` says, and flags that are
 * on until a test turns them off.
 */
export class GraphStage {
  readonly clock = new FakeClock()
  readonly store = new RecordingStore(this.clock)
  readonly durations = new Map<string, number>()
  readonly flags = { mayHurry: true, showsCriticalPath: true }
  readonly service: TaskService

  constructor(options: { capacity?: number } = {}) {
    const { clock, store } = this
    const hub = new EventHub()
    const durations = { meanMs: (_tenant: string, type: string) => this.durations.get(type) ?? null }
    const submission = new Submission({
      store,
      lanes: new LaneDirectory(store),
      catalog: new FakeFleet(buildModule('m')),
      validator: { validate: (_tenant, _type, payload) => (payload === 'misfit' ? 'must be object' : null) },
      starter: noStarter,
      admission: new Admission({
        capacity: options.capacity ?? 2_000,
        capacityBytes: 1e9,
        caps: { typeCapsOf: () => ({}), tenantsWithCaps: () => [] },
        store,
        clock,
        logger: silentLogger,
      }),
      clock,
      ids: createSeededIds(1, () => clock.now()),
      digest: text => text,
      policyOf: () => defaultQueuePolicy,
      onAccepted() {},
      durations,
      mayHurry: () => this.flags.mayHurry,
      logger: silentLogger,
    })
    this.service = new TaskService({
      store,
      submission,
      running: { find: () => undefined, stopTask: () => false },
      events: hub,
      watch: new TaskWatch({ events: hub, clock }),
      taskTimeoutMs: 300_000,
      explain: () => Promise.reject(new Error('not asked for')),
      durations,
      showsCriticalPath: () => this.flags.showsCriticalPath,
      clock,
      replicaId: 'r1',
      onMarkedElsewhere() {},
    })
  }

  submit(input: object = {}): Promise<SubmitReceipt> {
    return this.settled(this.service.submit(by, { type: 'work', payload: null, ...input } as never))
  }

  submitBatch(...entries: unknown[]): Promise<SubmitBatchReceipt> {
    const isPlain = (entry: unknown) => typeof entry === 'object' && entry !== null
    return this.settled(
      this.service.submitBatch(
        by,
        entries.map(entry => (isPlain(entry) ? { type: 'work', payload: null, ...(entry as object) } : entry)),
      ),
    )
  }

  retry(id: string): Promise<SubmitReceipt> {
    return this.settled(this.service.retry(by, id))
  }

  async get(id: string) {
    return this.service.get(tenantId, id)
  }

  graph(id: string) {
    return this.service.graph(tenantId, id)
  }

  /** Runs a task that is ready to its end. */
  async run(id: string, isOk = true): Promise<void> {
    const claimed = await this.store.claim(
      (await this.store.lanes()).map(lane => ({ laneId: lane.id, slots: 1_000 })),
      1_000,
      'r1',
    )
    await this.store.finish(
      claimed.map(task => {
        if (task.id !== id) return leaseEnd(task, { kind: 'requeue' })
        if (isOk) return leaseEnd(task, succeeded('1'), [attempt(1, 'succeeded')])
        return leaseEnd(
          task,
          { kind: 'end', status: 'failed', result: null, error: { code: 'X', message: 'x' }, reason: null },
          [attempt(1, 'failed')],
        )
      }),
    )
  }

  /** Lets the submission's batch leave. */
  async settled<Value>(call: Promise<Value>): Promise<Value> {
    call.catch(() => {})
    await this.clock.advance(20)
    return call
  }
}
