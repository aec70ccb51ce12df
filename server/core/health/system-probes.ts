import type { HealthMember } from '../../contracts/health.ts'
import { type Clock, delay } from '../shared/clock.ts'
import { roundScore, stateOf } from './aggregate.ts'

/** Something the fleet stands on: the database, the queue, an outside service. */
export interface MonitoredSystem {
  id: string
  name: string
  /** Relative to the other systems; 1 when not given. */
  weight?: number
  /** How it is now, 0-100. A probe that rejects or takes too long counts as 0. */
  probe(): Promise<{ score: number; reason: string }>
}

export interface SystemProbesOptions {
  clock: Clock
  intervalMs: number
  timeoutMs: number
  /** Told after each probe; `before` is null after the first one. */
  onProbed: (after: HealthMember, before: HealthMember | null) => void
}

/** Probes systems again and again and keeps what they said last. */
export class SystemProbes {
  readonly #options: SystemProbesOptions
  readonly #systems: MonitoredSystem[] = []
  readonly #members = new Map<string, HealthMember>()
  /** The members as they are listed, until the next probe. */
  #listed: readonly HealthMember[] | null = null
  #running: AbortController | null = null

  constructor(options: SystemProbesOptions) {
    this.#options = options
  }

  /** Before or after `start`. Throws RangeError for an id that is taken: that is a mistake in the program. */
  register(system: MonitoredSystem): void {
    if (this.#systems.some(other => other.id === system.id))
      throw new RangeError(`System ${system.id} is registered twice`)
    this.#systems.push(system)
    if (this.#running) void this.#watch(system, this.#running.signal)
  }

  /** What each system said last, in the order of their registration; those not yet heard of are missing. */
  members(): readonly HealthMember[] {
    this.#listed ??= this.#systems.flatMap(system => this.#members.get(system.id) ?? [])
    return this.#listed
  }

  start(): void {
    this.#running = new AbortController()
    for (const system of this.#systems) void this.#watch(system, this.#running.signal)
  }

  stop(): void {
    this.#running?.abort()
    this.#running = null
  }

  async #watch(system: MonitoredSystem, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { score, reason } = await this.#probe(system)
      if (signal.aborted) return
      const rounded = roundScore(score)
      const before = this.#members.get(system.id) ?? null
      const state = stateOf(rounded)
      const checkedAt = new Date(this.#options.clock.now()).toISOString()
      const after: HealthMember = {
        id: system.id,
        name: system.name,
        kind: 'system',
        score: rounded,
        weight: system.weight ?? 1,
        state,
        reason,
        checkedAt,
        since: before?.state === state ? before.since : checkedAt,
      }
      this.#members.set(system.id, after)
      this.#listed = null
      this.#options.onProbed(after, before)
      await delay(this.#options.clock, this.#options.intervalMs, signal)
    }
  }

  async #probe(system: MonitoredSystem): Promise<{ score: number; reason: string }> {
    const { clock, timeoutMs } = this.#options
    return new Promise(resolve => {
      const tooLate = { score: 0, reason: `No answer within ${timeoutMs / 1_000} s` }
      const cancel = clock.setTimer(timeoutMs, () => resolve(tooLate))
      const end = (answer: { score: number; reason: string }) => {
        cancel()
        resolve(answer)
      }
      Promise.resolve()
        .then(() => system.probe())
        .then(end, () => end({ score: 0, reason: 'It cannot be probed' }))
    })
  }
}
