import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'

/** A check of one instance that a replica has made for all. */
export interface CheckSignal {
  tenantId: string
  moduleId: string
  instanceId: string
  status: 'healthy' | 'degraded' | 'unhealthy'
  load: number | null
  latencyMs: number
  reason: string | null
}

/** A heartbeat that an instance sent to one replica. */
export interface BeatSignal {
  tenantId: string
  moduleId: string
  instanceId: string
  status: 'healthy' | 'degraded' | 'unhealthy' | null
  load: number | null
  by: string
}

/** What replicas call out to each other. Only ever a hint: whoever misses one finds the same by looking, a second later. */
export type Signal =
  /** Lanes may hold ready tasks; none named: any. */
  | { kind: 'work'; laneIds: readonly number[] }
  /** Events were numbered. */
  | { kind: 'events' }
  /** Leases of this replica were marked to stop. */
  | { kind: 'cancel'; replicaId: string }
  /** A replica came or went. */
  | { kind: 'replicas' }
  /** Configuration was changed; the database itself says so. */
  | { kind: 'revision' }
  | { kind: 'checked'; checks: readonly CheckSignal[] }
  | { kind: 'beat'; beat: BeatSignal }

/** How signals travel. */
export interface SignalPort {
  /** Hears what others call, and what the database itself says, from now on; nothing of its own. */
  listen(ear: { onSignal: (signal: Signal) => void; onReconnected: () => void }): void
  /** Sends all of them at once. Others hear them within milliseconds, or never. */
  send(signals: readonly Signal[]): Promise<void>
}

const gatherMs = 10

/**
 * Gathers what is to be called out, for some milliseconds, so that any number of commits costs one notification: each takes a
 * lock of the whole database server. While nobody else lives nothing is sent at all.
 */
export class SignalSender {
  readonly #options: { port: SignalPort; isHeard: () => boolean; clock: Clock; logger: Logger }
  #lanes: Set<number> | 'any' | null = null
  #checks: CheckSignal[] = []
  readonly #others = new Map<string, Signal>()
  #cancelTimer: (() => void) | null = null
  #isStopped = false

  constructor(options: { port: SignalPort; isHeard: () => boolean; clock: Clock; logger: Logger }) {
    this.#options = options
  }

  /** Never waits and never throws. */
  call(signal: Signal): void {
    if (this.#isStopped || !this.#options.isHeard()) return
    if (signal.kind === 'work') this.#addLanes(signal.laneIds)
    else if (signal.kind === 'checked') this.#checks.push(...signal.checks)
    else this.#others.set(keyOf(signal), signal)
    this.#cancelTimer ??= this.#options.clock.setTimer(gatherMs, () => void this.#send())
  }

  /** Sends what was gathered and takes nothing more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer?.()
    await this.#send()
  }

  #addLanes(laneIds: readonly number[]): void {
    if (laneIds.length === 0) this.#lanes = 'any'
    if (this.#lanes === 'any') return
    this.#lanes ??= new Set()
    for (const laneId of laneIds) this.#lanes.add(laneId)
  }

  async #send(): Promise<void> {
    const signals = this.#take()
    if (signals.length === 0) return
    try {
      await this.#options.port.send(signals)
    } catch (error) {
      this.#options.logger.debug({ error }, 'other replicas could not be called; they look by themselves')
    }
  }

  #take(): Signal[] {
    this.#cancelTimer = null
    const signals = [...this.#others.values()]
    if (this.#lanes !== null) signals.push({ kind: 'work', laneIds: this.#lanes === 'any' ? [] : [...this.#lanes] })
    if (this.#checks.length > 0) signals.push({ kind: 'checked', checks: this.#checks })
    this.#others.clear()
    this.#lanes = null
    this.#checks = []
    return signals
  }
}

/** Of signals with one key, the last is sent. */
function keyOf(signal: Signal): string {
  if (signal.kind === 'cancel') return `cancel ${signal.replicaId}`
  if (signal.kind !== 'beat') return signal.kind
  const { tenantId, moduleId, instanceId } = signal.beat
  return `beat ${tenantId} ${moduleId} ${instanceId}`
}
