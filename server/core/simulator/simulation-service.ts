import type { Page } from '../../contracts/common.ts'
import type { ChangeDescription, ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type {
  ListSimulations,
  RunSimulation,
  SimulationResult,
  SimulationSummary,
  SimulationView,
} from '../../contracts/simulations.ts'
import { applyChange } from '../changes/apply-change.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { describeChange } from '../changes/describe-change.ts'
import { requireType } from '../changes/find-subject.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { IdSource } from '../shared/ids.ts'
import type { Logger } from '../shared/logger.ts'
import type { Principal } from '../shared/principal.ts'
import type { SimulationOperations } from './simulation-operations.ts'
import type { SimulationEnd, SimulationStore } from './simulation-store.ts'

/** What a simulation is run with. */
export interface SimulationJob {
  /** Milliseconds since the epoch; `to` is not included. */
  from: number
  to: number
  present: ConfigurationSnapshot
  changed: ConfigurationSnapshot
  load: RunSimulation['load']
  seed: number
}

/** Runs simulations away from this thread. */
export interface SimulationRunner {
  /** Rejects with a QuarterdeckError when it could not be done, and with the signal's reason when it was aborted. */
  run(
    job: SimulationJob,
    options: { signal: AbortSignal; onProgress: (share: number) => void },
  ): Promise<SimulationResult>
}

export interface SimulationServiceOptions {
  store: SimulationStore
  runner: SimulationRunner
  /** The configuration in force now. */
  snapshot: (tenantId: string) => Promise<ConfigurationSnapshot>
  clock: Clock
  ids: IdSource
  /** Digest of a text, for telling configurations apart. */
  digest: (text: string) => string
  logger: Logger
  replicaId: string
  version: string
}

interface Waiting {
  tenantId: string
  id: string
  job: SimulationJob
  controller: AbortController
  progress: number
}

const touchMs = 2_000
/** Simulations of one tenant that wait on one replica, with the one that runs. */
const mostOfTenant = 5
const hourMs = 3_600_000

/**
 * What-if runs: one at a time on each replica. Tenants take turns, so that one who asks for many delays the others by one run
 * each time; those of a tenant run in the order in which they were asked for. They are kept with what they found.
 */
export class SimulationService implements SimulationOperations {
  readonly #options: SimulationServiceOptions
  /** In the order in which they were asked for, with the one that runs. */
  readonly #waiting: Waiting[] = []
  /** The tenants of those that are being written down, before they wait. */
  readonly #beginning: string[] = []
  /** The number of each tenant's last turn. */
  readonly #lastTurns = new Map<string, number>()
  #turn = 0
  #running: Waiting | null = null
  #cancelTouch: (() => void) | null = null

  constructor(options: SimulationServiceOptions) {
    this.#options = options
  }

  async run(by: Principal, request: RunSimulation): Promise<SimulationView> {
    const isOwn = (tenantId: string) => tenantId === by.tenantId
    const own = this.#waiting.filter(entry => isOwn(entry.tenantId)).length + this.#beginning.filter(isOwn).length
    if (own >= mostOfTenant) throw busy()
    this.#beginning.push(by.tenantId)
    const entry = await this.#begin(by, request).finally(() => {
      this.#beginning.splice(this.#beginning.indexOf(by.tenantId), 1)
    })
    this.#waiting.push(entry)
    this.#touchOn()
    void this.#work()
    return this.get(by.tenantId, entry.id)
  }

  async get(tenantId: string, id: string): Promise<SimulationView> {
    const view = await this.#options.store.get(tenantId, id)
    if (!view) throw notFound(id)
    return view
  }

  list(tenantId: string, page: ListSimulations): Promise<Page<SimulationSummary>> {
    return this.#options.store.list(tenantId, page)
  }

  async describe(tenantId: string, change: ConfigurationChange): Promise<ChangeDescription> {
    const present = await this.#options.snapshot(tenantId)
    applyChange(present, change)
    return describeChange(present, change)
  }

  /** Its own replica stops it within two seconds; this one at once. */
  async cancel(by: Principal, id: string): Promise<SimulationView> {
    const isAsked = await this.#options.store.requestCancel(by, id)
    if (isAsked === null) throw notFound(id)
    if (!isAsked) {
      throw new QuarterdeckError('SIMULATION_ENDED', {
        message: 'The simulation has already ended.',
        action: 'Nothing is left to cancel.',
      })
    }
    await this.#stop(id)
    return this.get(by.tenantId, id)
  }

  /** Ends what runs and what waits. */
  async stop(): Promise<void> {
    this.#cancelTouch?.()
    const error = { code: 'SHUTTING_DOWN', message: 'The server stopped before it was done.' }
    for (const { tenantId, id, controller } of this.#waiting.splice(0)) {
      controller.abort('stopping')
      await this.#end(tenantId, id, { status: 'failed', error })
    }
  }

  async #begin(by: Principal, request: RunSimulation): Promise<Waiting> {
    const { store, clock, ids, replicaId, version } = this.#options
    const { tenantId } = by
    const present = await this.#options.snapshot(tenantId)
    if (request.load?.taskType !== undefined) requireType(present, request.load.taskType)
    const { changed, changes } = tryChanges(present, request.changes)
    const id = ids.next()
    const configurationHash = this.#options.digest(
      JSON.stringify([present.modules, present.policy, present.flags, present.choice]),
    )
    const common = { tenantId, replicaId, configurationHash, codeVersion: version }
    await store.create(by, { id, request, changes, ...common })
    const to = clock.now()
    const job = {
      from: to - request.windowHours * hourMs,
      to,
      present,
      changed,
      load: request.load,
      seed: request.seed,
    }
    return { tenantId, id, job, controller: new AbortController(), progress: 0 }
  }

  async #stop(id: string): Promise<void> {
    const entry = this.#waiting.find(each => each.id === id)
    if (!entry || !this.#takeOff(entry)) return
    entry.controller.abort('cancelled')
    await this.#end(entry.tenantId, id, { status: 'cancelled' })
  }

  /** One after the other. */
  async #work(): Promise<void> {
    if (this.#running) return
    for (let entry = this.#next(); entry; entry = this.#next()) {
      this.#running = entry
      this.#lastTurns.set(entry.tenantId, ++this.#turn)
      const end = await this.#simulate(entry)
      // Whoever took it off the list has said how it ended.
      if (!this.#waiting.includes(entry)) continue
      await this.#end(entry.tenantId, entry.id, end)
      this.#takeOff(entry)
    }
    this.#running = null
  }

  /** The oldest one of the tenant whose last turn is longest ago. */
  #next(): Waiting | undefined {
    const lastTurn = ({ tenantId }: Waiting) => this.#lastTurns.get(tenantId) ?? 0
    let next = this.#waiting[0]
    for (const entry of this.#waiting) if (next && lastTurn(entry) < lastTurn(next)) next = entry
    return next
  }

  /** Answers whether it was still on the list. */
  #takeOff(entry: Waiting): boolean {
    const place = this.#waiting.indexOf(entry)
    if (place >= 0) this.#waiting.splice(place, 1)
    return place >= 0
  }

  async #simulate(entry: Waiting): Promise<SimulationEnd> {
    try {
      const onProgress = (share: number) => {
        entry.progress = share
      }
      const result = await this.#options.runner.run(entry.job, { signal: entry.controller.signal, onProgress })
      return { status: 'succeeded', result }
    } catch (error) {
      if (error instanceof QuarterdeckError) {
        return { status: 'failed', error: { code: error.code, message: error.message } }
      }
      if (!entry.controller.signal.aborted) this.#options.logger.error({ error, id: entry.id }, 'a simulation failed')
      return { status: 'failed', error: { code: 'INTERNAL', message: 'The simulation could not be carried out.' } }
    }
  }

  async #end(tenantId: string, id: string, end: SimulationEnd): Promise<void> {
    await this.#options.store.end(tenantId, id, end).catch((error: unknown) => {
      this.#options.logger.warn({ error, id }, 'how a simulation ended could not be kept')
    })
  }

  /** Says every two seconds how far everything is, for as long as there is something. */
  #touchOn(): void {
    this.#cancelTouch ??= this.#options.clock.setTimer(touchMs, () => {
      this.#cancelTouch = null
      void this.#touchAll()
    })
  }

  async #touchAll(): Promise<void> {
    for (const entry of this.#waiting.slice()) {
      const { tenantId, id, progress } = entry
      const status = entry === this.#running ? 'running' : 'queued'
      try {
        if (await this.#options.store.touch(tenantId, id, { status, progress })) await this.#stop(id)
      } catch (error) {
        this.#options.logger.warn({ error, id }, 'the progress of a simulation could not be kept')
      }
    }
    if (this.#waiting.length > 0) this.#touchOn()
  }
}

/** Each change described by what holds before it, and all of them applied. */
function tryChanges(present: ConfigurationSnapshot, asked: readonly ConfigurationChange[]) {
  let changed = present
  const changes: SimulationView['changes'] = []
  for (const change of asked) {
    changes.push({ ...describeChange(changed, change), change })
    changed = applyChange(changed, change)
  }
  return { changed, changes }
}

function notFound(id: string): QuarterdeckError {
  return new QuarterdeckError('SIMULATION_NOT_FOUND', {
    message: `There is no simulation ${id}.`,
    action: 'Look at the list of simulations; they are kept for 30 days.',
  })
}

function busy(): QuarterdeckError {
  return new QuarterdeckError('SIMULATOR_BUSY', {
    message: `${mostOfTenant} of your simulations run or wait on this server already.`,
    action: 'Wait for one of them to end, or cancel one.',
    details: { retryAfterSeconds: 30 },
    retryable: true,
  })
}
