import { buildInstance, buildModule } from '#server/testing/fake-fleet.ts'
import type { DecisionView } from '../../../contracts/decisions.ts'
import { retryClasses } from '../../../contracts/modules.ts'
import type { Driver, DriverCall, DriverOutcome } from '../../queue/driver.ts'
import type { LanePurpose } from '../../queue/lane.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import type { BreakerBoard, BreakerKey, GuardedCall, GuardedResult } from '../../resilience/breaker-board.ts'
import type { RouteRequest, RouteResult, TaskRouter } from '../../routing/task-router.ts'
import type { Clock } from '../../shared/clock.ts'
import type { StopSignal } from '../../shared/stop-switch.ts'

/** A module of one instance: what it can run, how many at once, and how its calls go. */
export interface FakeModule {
  id: string
  types: readonly string[]
  slots: number
  costPerHourUsd?: number
  /** What a call is expected to cost; 0 unless told. */
  expectedUsd?: number
  retry?: Partial<ModuleRecord['retry']>
  /** Its work may be interrupted. */
  isPreemptible?: boolean
  /** Answers at once, after some time, or with `never` not until it is aborted. */
  answer?: (call: DriverCall) => DriverOutcome | { afterMs: number; outcome: DriverOutcome } | 'never'
  /** Called in the very moment of the answer, before anybody has seen it. */
  onAnswer?: (call: DriverCall) => void
}

const done: DriverOutcome = { kind: 'succeeded', result: 'done' }

/** Routes to the first capable module that has a slot and has not failed; counts slots as the load table does. */
export class FakeRouter implements Pick<TaskRouter, 'route' | 'freeSlots'> {
  readonly #modules: FakeModule[] = []
  readonly taken = new Map<string, number>()
  /** Results that were given back with a slot, by module. */
  readonly released: { moduleId: string; ok: boolean | null }[] = []
  /** Makes the next routing fail as a fault of ours. */
  faults = 0

  add(module: FakeModule): void {
    this.#modules.push(module)
  }

  find(id: string): FakeModule | undefined {
    return this.#modules.find(module => module.id === id)
  }

  freeSlots({ taskType, pinnedModuleId = null }: LanePurpose): number {
    return this.#capable(taskType, pinnedModuleId).reduce((sum, module) => sum + this.#free(module), 0)
  }

  route(request: RouteRequest): RouteResult {
    if (this.faults > 0) {
      this.faults--
      throw new Error('the router is broken')
    }
    const capable = this.#capable(request.taskType, request.pinnedModuleId)
    const affordable = capable.filter(({ expectedUsd = 0 }) => expectedUsd <= (request.budgetLeftUsd ?? Infinity))
    const module = affordable.find(
      candidate => this.#free(candidate) > 0 && !request.failedModuleIds.includes(candidate.id),
    )
    if (!module) return { kind: 'unroutable', decision, isOverBudget: capable.length > 0 && affordable.length === 0 }
    this.taken.set(module.id, (this.taken.get(module.id) ?? 0) + 1)
    let isReleased = false
    const release = (result: { ok: boolean } | null) => {
      if (isReleased) return
      isReleased = true
      this.taken.set(module.id, (this.taken.get(module.id) ?? 0) - 1)
      this.released.push({ moduleId: module.id, ok: result?.ok ?? null })
    }
    return { kind: 'routed', ...recordOf(module), slot: { release }, decision }
  }

  #capable(taskType: string, pinnedModuleId: string | null): FakeModule[] {
    return this.#modules.filter(
      module => module.types.includes(taskType) && (pinnedModuleId === null || module.id === pinnedModuleId),
    )
  }

  #free(module: FakeModule): number {
    return module.slots - (this.taken.get(module.id) ?? 0)
  }
}

const retryDefaults: ModuleRecord['retry'] = {
  maxAttempts: 4,
  backoff: 'linear',
  baseMs: 1_000,
  factor: 2,
  capMs: 30_000,
  retryOn: [...retryClasses],
}

function recordOf({ id, types, retry, isPreemptible = false, costPerHourUsd = 0 }: FakeModule) {
  const instance = buildInstance(`${id}-1`)
  const capabilities = types.map(type => ({ type, inputSchema: null, outputSchema: null, isPreemptible }))
  const module = buildModule(id, {
    instances: [instance],
    capabilities,
    retry: { ...retryDefaults, ...retry },
    costPerHourUsd,
  })
  return { module, instance }
}

const decision: DecisionView = {
  schemaVersion: 1,
  moduleId: null,
  instanceId: null,
  strategy: null,
  probability: 1,
  confidence: 1,
  fallbacks: [],
  reasons: [],
  candidates: [],
}

/** Lets calls through, up to their time-out; can be told to reject or to break. */
export class FakeBreakers implements Pick<BreakerBoard, 'call' | 'admits'> {
  readonly #clock: Clock
  /** Modules whose breakers are open. */
  readonly open = new Set<string>()
  readonly verdicts: { moduleId: string; kind: string }[] = []
  /** Makes the next call fail as a fault of ours. */
  faults = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  admits(key: BreakerKey): boolean {
    return !this.open.has(key.moduleId)
  }

  async call<T>(key: BreakerKey, call: GuardedCall<T>): Promise<GuardedResult<T>> {
    if (this.faults > 0) {
      this.faults--
      throw new Error('the breaker is broken')
    }
    if (this.open.has(key.moduleId)) return { kind: 'rejected', retryAt: null }
    const timeout = new AbortController()
    const stop = new AbortController()
    if (call.signal?.aborted) stop.abort()
    call.signal?.addEventListener('abort', () => stop.abort(), { once: true })
    const signal = AbortSignal.any([stop.signal, timeout.signal])
    const limit = new Promise<'timed out'>(resolve => {
      const cancel = this.#clock.setTimer(call.timeoutMs ?? 30_000, () => resolve('timed out'))
      timeout.signal.addEventListener('abort', cancel)
    })
    const first = await Promise.race([call.action(signal), limit])
    timeout.abort()
    if (first === 'timed out') return { kind: 'timed_out' }
    this.verdicts.push({ moduleId: key.moduleId, kind: call.judge(first as T).kind })
    return { kind: 'completed', value: first as T }
  }
}

/** Carries calls out as the modules' answers say, and writes down what happened. */
export class FakeDriver implements Pick<Driver, 'call'> {
  readonly calls: (DriverCall & { at: number })[] = []
  readonly aborted: string[] = []
  inFlight = 0
  mostInFlight = 0
  readonly #clock: Clock
  readonly #router: FakeRouter

  constructor(clock: Clock, router: FakeRouter) {
    this.#clock = clock
    this.#router = router
  }

  call(call: DriverCall, signal: StopSignal): Promise<DriverOutcome> {
    this.calls.push({ ...call, at: this.#clock.now() })
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight)
    const module = this.#router.find(call.module.id)
    const answer = module?.answer?.(call) ?? done
    return new Promise(resolve => {
      let cancelTimer = () => {}
      const settle = (outcome: DriverOutcome) => {
        cancelTimer()
        signal.removeEventListener('abort', abort)
        this.inFlight--
        resolve(outcome)
        module?.onAnswer?.(call)
      }
      const abort = () => {
        this.aborted.push(call.taskId)
        settle({ kind: 'failed', code: 'ABORTED', message: 'ended before the module answered', retryable: true })
      }
      signal.addEventListener('abort', abort, { once: true })
      if (answer === 'never') return
      const { afterMs, outcome } = 'afterMs' in answer ? answer : { afterMs: 0, outcome: answer }
      cancelTimer = this.#clock.setTimer(afterMs, () => settle(outcome))
    })
  }
}
