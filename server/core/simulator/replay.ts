import type { SubmitTask } from '../../contracts/tasks.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { Orchestrator } from '../orchestrator.ts'
import type { BreakerBoard } from '../resilience/breaker-board.ts'
import { systemPrincipal } from '../shared/principal.ts'
import type { Entry } from '../simulation/task-entry.ts'
import { type Arrival, arrivalsOf } from './arrivals.ts'
import { CallModel } from './call-model.ts'
import type { RecordedHistory, RecordedTask } from './recorded-history.ts'
import { RunRecord } from './run-record.ts'
import { SimulatedDriver } from './simulated-driver.ts'
import { createSimulatedOrchestrator } from './simulated-orchestrator.ts'
import { storeDelayOf } from './store-delay.ts'
import { submissionsUnder } from './submissions.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What a replay runs on. */
export interface ReplayPorts {
  clock: VirtualClock
  /** Breakers whose time-outs run on the same clock. */
  breakers: BreakerBoard
  /** Calls `step` again and again until it answers false; between two calls everything that was resolved is acted on. */
  pump: (step: () => boolean) => void
  /** Aborting it ends the replay, which then rejects. */
  signal?: AbortSignal
  /** Told now and then how far it is, 0-1. */
  onProgress?: (share: number) => void
}

export interface ReplayInput {
  history: RecordedHistory
  /** The configuration that the history was recorded under. */
  recordedUnder: ConfigurationSnapshot
  /** The configuration that is tried. */
  snapshot: ConfigurationSnapshot
  /** Arrivals of a type per recorded one. */
  rateOf?: (type: string) => number
  /** The same for the same seed and input. */
  seed: number
}

export interface Replayed {
  record: RunRecord
  /** Calls made, those under more load than was ever recorded there, and those of a type that the module had never run. */
  calls: number
  beyondLoad: number
  assumed: number
}

/** What has not ended so long after the last arrival stays unfinished. */
const drainMs = 3_600_000
const turnsPerLook = 4_096

/**
 * Sends recorded arrivals through the orchestrator itself, on a virtual clock: admission, order, claims, routing, balancing,
 * breakers and retries are the classes that run in production, wired by the same façade; only its stores keep nothing, and its
 * driver answers from the history. Resolves with what became of each task.
 */
export async function replay(input: ReplayInput, ports: ReplayPorts): Promise<Replayed> {
  const run = new Replay(input, ports)
  return run.run()
}

class Replay {
  readonly #input: ReplayInput
  readonly #ports: ReplayPorts
  readonly #arrivals: readonly Arrival[]
  readonly #record: RunRecord
  readonly #model: CallModel
  readonly #driver: SimulatedDriver
  readonly #orchestrator: Orchestrator
  readonly #defaults: (task: RecordedTask) => SubmitTask
  /** Ids of tasks that others depend on, by place; null when they were not let in. */
  readonly #parents = new Map<number, Promise<string | null>>()
  #next = 0
  #open = 0

  constructor(input: ReplayInput, ports: ReplayPorts) {
    const { history, recordedUnder, snapshot, seed, rateOf } = input
    this.#input = input
    this.#ports = ports
    this.#arrivals = arrivalsOf(history, rateOf ?? (() => 1), seed)
    const copies = this.#arrivals.reduce((most, { place }) => Math.max(most, place + 1), history.tasks.length)
    this.#record = new RunRecord(copies, storeDelayOf(history))
    const coming = new Set(this.#arrivals.map(({ place }) => place))
    for (const place of history.tasks.keys()) if (!coming.has(place)) this.#record.leaveOut(place)
    this.#model = new CallModel(history, recordedUnder, seed)
    this.#driver = new SimulatedDriver(ports.clock, this.#model)
    this.#defaults = submissionsUnder(recordedUnder)
    for (const { parents } of history.tasks) for (const place of parents) this.#parents.set(place, neverLetIn)
    this.#orchestrator = createSimulatedOrchestrator({
      snapshot,
      ports,
      driver: this.#driver,
      seed,
      onLeaseEnded: end => this.#record.addLease(placeOf(end.task.payload), end),
      forget: entry => this.#onTaskEnded(entry),
    })
  }

  async run(): Promise<Replayed> {
    const { history } = this.#input
    const started = this.#orchestrator.start()
    await this.#runUntil(() => true, this.#ports.clock.now())
    await started
    this.#schedule()
    await this.#runUntil(() => this.#next >= this.#arrivals.length && this.#open === 0, history.to + drainMs)
    const stopped = this.#orchestrator.stop(0)
    await this.#runUntil(() => false, this.#ports.clock.now() + 10_000)
    await stopped
    const { calls, beyondLoad, assumed } = this.#model
    return { record: this.#record, calls, beyondLoad, assumed }
  }

  /** Lets time pass until `isDone` or `until`. Promises settle between any two timers. */
  #runUntil(isDone: () => boolean, until: number): Promise<void> {
    const { clock, pump, signal, onProgress } = this.#ports
    const { from, to } = this.#input.history
    let turns = 0
    return new Promise((resolve, reject) => {
      const leave = (settle: () => void) => {
        settle()
        return false
      }
      pump(() => {
        if (++turns % turnsPerLook === 0) {
          if (signal?.aborted) return leave(() => reject(signal.reason))
          onProgress?.(Math.min(1, Math.max(0, (clock.now() - from) / (to - from))))
        }
        return isDone() || !clock.runNext(until) ? leave(resolve) : true
      })
    })
  }

  #schedule(): void {
    const arrival = this.#arrivals[this.#next]
    if (!arrival) return
    const { clock } = this.#ports
    clock.setTimer(arrival.at - clock.now(), () => {
      const first = this.#next
      while ((this.#arrivals[this.#next]?.at ?? Number.POSITIVE_INFINITY) <= clock.now()) this.#next++
      // Before the timers that these set: what comes in the same moment as those fire is in time for them.
      this.#schedule()
      for (const due of this.#arrivals.slice(first, this.#next)) this.#submit(due)
    })
  }

  #submit({ place, task }: Arrival): void {
    this.#open++
    const submitted = task.parents.length === 0 ? this.#send(place, task, []) : this.#sendAfterParents(place, task)
    if (this.#parents.has(place)) this.#parents.set(place, submitted)
  }

  async #sendAfterParents(place: number, task: RecordedTask): Promise<string | null> {
    const ids = await Promise.all(task.parents.map(parent => this.#parents.get(parent) ?? neverLetIn))
    const known = ids.filter(id => id !== null)
    return known.length < ids.length ? this.#reject(place) : this.#send(place, task, known)
  }

  async #send(place: number, task: RecordedTask, dependsOn: string[]): Promise<string | null> {
    const { tenantId } = this.#input.snapshot
    const input = this.#defaults(task)
    input.payload = place
    if (dependsOn.length > 0) input.dependsOn = dependsOn
    try {
      const { id } = await this.#orchestrator.tasks.submit(systemPrincipal(tenantId), input)
      if (task.cancelledAt !== null) this.#cancelLater(id, task.cancelledAt)
      return id
    } catch {
      return this.#reject(place)
    }
  }

  /** Refused by admission, or because a task that it depends on was, or has ended badly. */
  #reject(place: number): null {
    this.#open--
    this.#record.end(place, 'rejected', this.#ports.clock.now())
    return null
  }

  #cancelLater(id: string, at: number): void {
    const { clock } = this.#ports
    const by = systemPrincipal(this.#input.snapshot.tenantId)
    clock.setTimer(at - clock.now(), () => void this.#orchestrator.tasks.cancel(by, id, undefined).catch(() => {}))
  }

  /** Answers whether nothing will ask for the task any more. */
  #onTaskEnded({ task, place }: Entry): boolean {
    const index = placeOf(task.payload)
    if (place.kind === 'ended') this.#record.end(index, place.status, place.at)
    this.#open--
    this.#driver.forget(task.id)
    return !this.#parents.has(index)
  }
}

const neverLetIn: Promise<string | null> = Promise.resolve(null)

function placeOf(payload: unknown): number {
  return Number(payload)
}
