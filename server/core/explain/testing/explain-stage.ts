import { FakeClock } from '#server/testing/fake-clock.ts'
import { type buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import { newTask } from '#server/testing/task-builders.ts'
import type { BreakerView } from '../../../contracts/breakers.ts'
import type { TaskExplanation } from '../../../contracts/explain.ts'
import type { PauseView } from '../../../contracts/queues.ts'
import type { Resources } from '../../../contracts/resources.ts'
import type { AttemptView } from '../../../contracts/tasks.ts'
import { createLoadTable, type InstanceLoads } from '../../balancing/load-table.ts'
import { ServiceRecords } from '../../brain/service-records.ts'
import { ConcurrencyLimits } from '../../queue/concurrency-limits.ts'
import { LaneDirectory } from '../../queue/lane-directory.ts'
import { defaultQueuePolicy, type QueuePolicy, rankOf } from '../../queue/priority.ts'
import { noResources } from '../../queue/resources.ts'
import type { NewTask } from '../../queue/task-store.ts'
import { silentLogger } from '../../shared/logger.ts'
import { MemoryTaskStore } from '../../simulation/memory-task-store.ts'
import { Explainer } from '../explainer.ts'
import { Pace } from '../pace.ts'

const onlyReplica = { place: 0, of: 1 }

const tenantId = 'default'

/** An explainer over a fleet, a queue and figures that a test arranges; the clock stands still until it is moved. */
export class ExplainStage {
  readonly clock = new FakeClock()
  readonly store = new MemoryTaskStore(this.clock)
  readonly load: InstanceLoads = createLoadTable({ clock: this.clock })
  readonly pace = new Pace()
  readonly records = new ServiceRecords({
    store: { loadAll: async () => [], loadChanged: async () => ({ records: [], latestAt: null }), add: async () => [] },
    clock: this.clock,
    logger: silentLogger,
  })
  readonly fleet: FakeFleet
  policy: QueuePolicy = defaultQueuePolicy
  readonly workers = {
    running: 0,
    concurrency: 256,
    holds: { tenant: 0, type: 0 },
    held() {
      return this.holds
    },
  }
  pauses: PauseView[] = []
  readonly upkeep = { lastHeartbeatAt: this.clock.now() }
  readonly #breakers = new Map<string, Partial<BreakerView>>()
  readonly #lanes = new LaneDirectory(this.store)
  readonly #ids = createSeededIds(1, () => this.clock.now())
  readonly #explainer: Explainer

  constructor(...modules: ReturnType<typeof buildModule>[]) {
    this.fleet = new FakeFleet(...modules)
    this.#explainer = new Explainer({
      store: this.store,
      lanes: this.#lanes,
      catalog: this.fleet,
      health: this.fleet.health,
      breakers: {
        admits: key => this.fleet.admits(key),
        view: ({ instanceId }) => (this.#breakers.get(instanceId) as BreakerView | undefined) ?? null,
      },
      load: this.load,
      records: this.records,
      limits: new ConcurrencyLimits({ policyOf: () => this.policy, fleet: () => onlyReplica }),
      pauses: { list: () => this.pauses },
      workers: this.workers,
      pace: this.pace,
      upkeep: this.upkeep,
      fleet: () => onlyReplica,
      clock: this.clock,
      replicaId: 'here',
    })
  }

  /** Opens the breaker of an instance, as its view shows it. */
  openBreaker(instanceId: string, view: Partial<BreakerView> = {}): void {
    this.fleet.setBreaker(instanceId, 'open')
    const since = new Date(this.clock.now()).toISOString()
    this.#breakers.set(instanceId, {
      state: 'open',
      since,
      nextProbeAt: null,
      forced: null,
      lastFailure: null,
      ...view,
    })
  }

  async submit(change: Partial<NewTask> = {}, resources: Resources = noResources): Promise<NewTask> {
    const { type = 'work', pinnedModuleId = null } = change
    const lane = await this.#lanes.ensure({ tenantId, taskType: type, pinnedModuleId, resources })
    const acceptedAt = this.clock.now()
    const task = newTask(this.#ids.next(), lane.id, type, { acceptedAt, rank: rankOf(acceptedAt, 2), ...change })
    await this.store.insert([task])
    return task
  }

  learn(moduleId: string, durationMs: number): void {
    this.records.learn({ tenantId, taskType: 'work', moduleId, ok: true, durationMs, errorCode: null })
  }

  /** Takes slots of an instance for good. */
  occupy(moduleId: string, instanceId: string, slots: number): void {
    for (let slot = 0; slot < slots; slot++) this.load.acquire({ tenantId, moduleId, instanceId })
  }

  /** `current` is the attempt under way, which the store does not know. */
  async explain(task: NewTask, current?: AttemptView): Promise<TaskExplanation> {
    const stored = await this.store.get(tenantId, task.id)
    if (!stored) throw new Error('there is no such task')
    return this.#explainer.explain(stored, current ? [...stored.attempts, current] : stored.attempts)
  }
}

/** In how many milliseconds a time is, by the clock of the stage. */
export function inMs(stage: ExplainStage, at: string | null | undefined): number | '' | null | undefined {
  return at && Date.parse(at) - stage.clock.now()
}

/** What holds a task, in the order in which it is told. */
export function kindsOf({ constraints }: Pick<TaskExplanation, 'constraints'>): string[] {
  return constraints.map(({ kind }) => kind)
}
