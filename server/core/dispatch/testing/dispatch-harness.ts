import { stampedEvent } from '#server/testing/event-store-contract.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { type InterruptiblePort, interruptible } from '#server/testing/outage.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import { newTask } from '#server/testing/task-builders.ts'
import type { TaskStatus } from '../../../contracts/tasks.ts'
import type { OutcomeLearner } from '../../brain/outcome-learner.ts'
import type { PublishedEvent } from '../../events/event-log.ts'
import type { NewEvent } from '../../operations.ts'
import type { Driver } from '../../queue/driver.ts'
import { insertEagerly } from '../../queue/eager-start.ts'
import { LaneDirectory } from '../../queue/lane-directory.ts'
import { rankOf } from '../../queue/priority.ts'
import { RetryBudget } from '../../queue/retry-budget.ts'
import type { TypeRetryPolicies } from '../../queue/retry-policy.ts'
import type { LeaseEnd, NewTask, StoredTask } from '../../queue/task-store.ts'
import { Upkeep } from '../../queue/upkeep.ts'
import type { BreakerBoard } from '../../resilience/breaker-board.ts'
import type { TaskRouter } from '../../routing/task-router.ts'
import { silentLogger } from '../../shared/logger.ts'
import { systemPrincipal } from '../../shared/principal.ts'
import { RecoveryWatch } from '../../shared/recovery-watch.ts'
import { MemoryTaskStore } from '../../simulation/memory-task-store.ts'
import { createReportPorts } from '../attempt-reports.ts'
import { Dispatcher, type DispatcherOptions } from '../dispatcher.ts'
import { FakeBreakers, FakeDriver, type FakeModule, FakeRouter } from './fake-fleet-ports.ts'

const tenantId = 'default'

class AnswerLost extends Error {
  override readonly message = 'the connection was lost after the commit'
}

/** A dispatcher and the queue's upkeep over the memory store, wired as the orchestrator does, on a clock that the test moves. */
export class DispatchHarness {
  readonly clock = new FakeClock()
  readonly tasks = new MemoryTaskStore(this.clock)
  /** The same store as the dispatcher reaches it. */
  readonly line: InterruptiblePort<MemoryTaskStore> = interruptible(this.tasks)
  readonly router = new FakeRouter()
  readonly breakers = new FakeBreakers(this.clock)
  readonly driver = new FakeDriver(this.clock, this.router)
  /** Published and not withdrawn. */
  readonly published: NewEvent[] = []
  /** Whether published events can still be withdrawn. */
  isWriterSlow = true
  readonly learned: Parameters<OutcomeLearner['learn']>[0][] = []
  readonly ended: LeaseEnd[] = []
  /** Task types that are paused. */
  readonly held = new Set<string>()
  typeRetries: TypeRetryPolicies = {}
  readonly retryBudget = new RetryBudget({ clock: this.clock, random: () => 0.5 })
  readonly recovery = new RecoveryWatch({ clock: this.clock, publish: event => this.published.push(event) })
  readonly dispatcher: Dispatcher
  /** Whether this replica may take on work. */
  mayClaim = true
  readonly #ids = createSeededIds(1, () => this.clock.now())
  readonly #lanes: LaneDirectory
  readonly #upkeep: Upkeep

  constructor(
    options: Partial<Pick<DispatcherOptions, 'concurrency' | 'limits'>> & {
      taskTimeoutMs?: number
      modules: FakeModule[]
    },
  ) {
    for (const module of options.modules) this.router.add(module)
    this.#lanes = new LaneDirectory(this.line.port)
    const common = {
      store: this.line.port,
      clock: this.clock,
      logger: silentLogger,
      replicaId: 'own',
      recovery: this.recovery,
    }
    this.dispatcher = new Dispatcher({
      ...common,
      lanes: this.#lanes,
      pauses: { holds: lane => this.held.has(lane.taskType) },
      router: this.router as unknown as TaskRouter,
      execution: {
        router: this.router as unknown as TaskRouter,
        breakers: this.breakers as unknown as BreakerBoard,
        health: { observeCall() {}, of: neverAsked, instance: neverAsked, module: neverAsked },
        learner: { learn: outcome => this.learned.push(outcome) },
        drivers: { http: this.driver as unknown as Driver },
        checkResult: (_module, _type, outcome) => outcome,
        events: { publish: event => this.#publish(event), wake() {} },
        clock: this.clock,
        random: () => 0.5,
        taskTimeoutMs: options.taskTimeoutMs ?? 300_000,
        retriesOf: () => this.typeRetries,
        lanes: this.#lanes,
        retryBudget: this.retryBudget,
        ...createReportPorts({
          events: { publish: event => this.#publish(event) },
          clock: this.clock,
          store: this.line.port,
        }),
        newSpanId: () => '00f067aa0ba902b7',
        logger: silentLogger,
      },
      mayClaim: () => this.mayClaim,
      concurrency: options.concurrency ?? 100,
      isSingleType: () => new Set(options.modules.flatMap(module => module.types)).size <= 1,
      limits: options.limits ?? { ofTenant: () => null, ofType: () => null },
      onEnded: end => {
        this.ended.push(end)
        if (end.next.kind === 'wait') this.#upkeep.expectDueIn(end.next.delayMs)
        if (end.next.kind === 'requeue') this.dispatcher.wake([end.task.laneId])
      },
      onCommitted() {},
    })
    this.#upkeep = new Upkeep({
      ...common,
      declareLost: async () => {},
      endsOverdue: () => true,
      checksBlocked: () => true,
      heartbeat: async () => this.tasks.beat('own'),
      onPromoted: laneIds => this.dispatcher.wake(laneIds),
      onRepaired() {},
      onReclaimed: () => this.dispatcher.wakeAll(),
      onExpired() {},
    })
  }

  #publish(event: NewEvent): PublishedEvent {
    this.published.push(event)
    return {
      withdraw: () => {
        if (!this.isWriterSlow) return null
        this.published.splice(this.published.indexOf(event), 1)
        return stampedEvent(event.type, { taskId: event.taskId ?? null, moduleId: event.moduleId ?? null })
      },
    }
  }

  async start(): Promise<void> {
    await this.#upkeep.start()
    this.dispatcher.start()
    this.dispatcher.wakeAll()
  }

  /** Makes the next call of a method of the store commit and then lose its answer. */
  loseNextAnswer(name: 'insert' | 'claim' | 'finish'): void {
    const method = this.tasks[name].bind(this.tasks) as (...args: unknown[]) => Promise<unknown>
    Object.assign(this.tasks, {
      [name]: async (...args: unknown[]) => {
        Object.assign(this.tasks, { [name]: method })
        await method(...args)
        throw new AnswerLost()
      },
    })
  }

  /** Accepts tasks of a type as submission does, also when the answer of the store is lost. */
  async submit(type: string, count = 1, change: Partial<NewTask> = {}): Promise<NewTask[]> {
    const lane = await this.#lanes.ensure({
      tenantId: change.tenantId ?? tenantId,
      taskType: type,
      pinnedModuleId: change.pinnedModuleId ?? null,
    })
    const acceptedAt = this.clock.now()
    const tasks = Array.from({ length: count }, () =>
      newTask(this.#ids.next(), lane.id, type, { acceptedAt, rank: rankOf(acceptedAt, 2), ...change }),
    )
    const results = await insertEagerly(this.tasks, this.dispatcher, tasks).catch((error: unknown) => {
      if (error instanceof AnswerLost) return null
      throw error
    })
    const areAllStarted = results?.every(result => result.kind === 'inserted' && result.lease !== undefined)
    if (!areAllStarted) this.dispatcher.wake([lane.id])
    return tasks
  }

  /** Cancels as the task service does. */
  async cancel(id: string, reason: string): Promise<void> {
    const result = await this.tasks.cancel(systemPrincipal(tenantId), id, reason)
    if (result?.kind === 'signalled') this.dispatcher.stopTask(id, { kind: 'cancelled', reason })
  }

  async get(task: NewTask | undefined): Promise<StoredTask> {
    const stored = await this.tasks.get(tenantId, task?.id ?? '')
    if (!stored) throw new Error('there is no such task')
    return stored
  }

  async statuses(tasks: readonly NewTask[]): Promise<TaskStatus[]> {
    return Promise.all(tasks.map(async task => (await this.get(task)).summary.status))
  }

  /** Slots that are taken; all are free when nothing runs. */
  get takenSlots(): number {
    return [...this.router.taken.values()].reduce((sum, taken) => sum + taken, 0)
  }
}

function neverAsked(): never {
  throw new Error('the dispatcher does not ask for health')
}
