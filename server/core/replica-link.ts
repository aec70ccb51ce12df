import { LeaseWatch, type LeaseWatchOptions } from './dispatch/lease-watch.ts'
import type { EventFleet } from './events/event-bus.ts'
import type { HealthFleet } from './health/health-monitor.ts'
import type { FleetPlace } from './queue/concurrency-limits.ts'
import { Membership } from './replicas/membership.ts'
import type { DutyName, LostReplica, ReplicaReport, ReplicaStore, RevisionScope } from './replicas/replica-store.ts'
import { RevisionWatch } from './replicas/revision-watch.ts'
import { type BeatSignal, type CheckSignal, type Signal, type SignalPort, SignalSender } from './replicas/signals.ts'
import type { Clock } from './shared/clock.ts'
import type { Logger } from './shared/logger.ts'

/** What hearing of other replicas makes this one do. None of it waits or throws. */
export interface ReplicaReactions {
  /** These lanes may hold ready tasks; none named: any. */
  lookForWork(laneIds: readonly number[]): void
  /** Others have numbered events. */
  readEvents(): void
  /** Somebody may have left events that nobody numbered. */
  numberEvents(): void
  beatSoon(): void
  /** Somebody stopped, and may have left something behind. */
  reclaimSoon(): void
  /** Others came or went, or a second has passed while there are others. */
  rebalance(): void
  takeChecks(checks: readonly CheckSignal[]): void
  takeBeat(beat: BeatSignal): void
}

export interface ReplicaLinkOptions {
  store: ReplicaStore
  signals: SignalPort
  clock: Clock
  logger: Logger
  report: () => ReplicaReport
}

/** What ties this replica to the others on the same database: heartbeats, signals, revisions, duties, and lost leases. */
export class ReplicaLink {
  readonly #options: ReplicaLinkOptions
  readonly #revisions: RevisionWatch
  readonly #membership: Membership
  readonly #sender: SignalSender
  #reactions: ReplicaReactions | null = null
  #leases: LeaseWatch | null = null
  #replicaId = ''
  #hasJoined = false

  constructor(options: ReplicaLinkOptions) {
    const { store, signals, clock, logger, report } = options
    this.#options = options
    this.#revisions = new RevisionWatch(logger)
    this.#membership = new Membership({
      store,
      revisions: this.#revisions,
      clock,
      logger,
      report,
      onLost: () => this.#inBackground(this.#leases?.stopTakenOver(), 'leases that were taken over'),
      onOthersChanged: () => this.#reactions?.rebalance(),
    })
    this.#sender = new SignalSender({ port: signals, isHeard: () => this.isShared, clock, logger })
  }

  get others(): readonly string[] {
    return this.#membership.others
  }

  /** Whether other replicas live. */
  get isShared(): boolean {
    return this.#membership.isShared
  }

  /** Which place this replica has among those that live, for dividing what all of them share. */
  get place(): FleetPlace {
    const before = this.others.filter(id => id < this.#replicaId).length
    return { place: before, of: this.others.length + 1 }
  }

  /** Whether this replica may take on work: the others count it among the living. */
  get mayClaim(): boolean {
    return this.#membership.isFresh
  }

  holds(duty: DutyName): boolean {
    return this.#membership.holds(duty)
  }

  /** Workers of the whole fleet: those given, and what the others said of theirs. */
  workersWith(own: { readonly running: number; readonly concurrency: number }) {
    const theirs = () => this.#membership.othersWork
    return {
      get running() {
        return own.running + theirs().running
      },
      get concurrency() {
        return own.concurrency + theirs().concurrency
      },
    }
  }

  /** What the event bus has to know of the others. */
  forEvents(): EventFleet {
    return {
      isShared: () => this.isShared,
      keepsTotals: () => this.holds('event-totals'),
      onNumbered: () => this.call({ kind: 'events' }),
    }
  }

  /** What watching over health has to know of them. */
  forHealth(replicaId: string): HealthFleet {
    return {
      place: () => ({ own: replicaId, others: this.others }),
      keepsHistory: () => this.holds('health-history'),
      tellCheck: check => this.call({ kind: 'checked', checks: [check] }),
      tellBeat: beat => this.call({ kind: 'beat', beat }),
    }
  }

  declareLost(): Promise<LostReplica[]> {
    return this.#membership.declareLost()
  }

  /** Says something to the others, if there are any. Never waits. */
  call(signal: Signal): void {
    this.#sender.call(signal)
  }

  /** Keeps something that is held in memory up with what others change; see `RevisionWatch`. */
  watch(scope: RevisionScope, reread: () => Promise<void>): void {
    this.#revisions.watch(scope, reread)
  }

  /** Who reacts; to be given before the first heartbeat. */
  attach(reactions: ReplicaReactions, leases: LeaseWatchOptions): void {
    this.#reactions = reactions
    this.#leases = new LeaseWatch(leases)
    this.#replicaId = leases.replicaId
    this.#options.signals.listen({ onSignal: signal => this.#hear(signal), onReconnected: () => this.#lookAtAll() })
  }

  /** One heartbeat, the first of which joins, and all that is looked for once a second while there are others. */
  async beat(): Promise<void> {
    const couldClaim = this.mayClaim
    if (this.#hasJoined) await this.#membership.beat()
    else await this.#membership.join()
    if (!this.#hasJoined) this.call({ kind: 'replicas' })
    this.#hasJoined = true
    this.#reactions?.rebalance()
    if (!couldClaim) this.#reactions?.lookForWork([])
    if (!this.isShared) return
    this.#reactions?.numberEvents()
    this.#stopCancelled()
  }

  /** Signs off in good order, and has the others take what is left. */
  async leave(): Promise<void> {
    this.call({ kind: 'replicas' })
    this.call({ kind: 'work', laneIds: [] })
    await this.#options.store.leave()
    await this.#sender.stop()
  }

  #hear(signal: Signal): void {
    if (!this.#hasJoined) return
    switch (signal.kind) {
      case 'work':
        return this.#reactions?.lookForWork(signal.laneIds)
      case 'events':
        return this.#reactions?.readEvents()
      case 'cancel':
        return signal.replicaId === this.#replicaId ? this.#stopCancelled() : undefined
      case 'replicas':
        this.#reactions?.reclaimSoon()
        return this.#reactions?.beatSoon()
      case 'revision':
        return this.#reactions?.beatSoon()
      case 'checked':
        return this.#reactions?.takeChecks(signal.checks)
      case 'beat':
        return this.#reactions?.takeBeat(signal.beat)
    }
  }

  /** Signals may have been missed. */
  #lookAtAll(): void {
    if (!this.#hasJoined) return
    this.#reactions?.beatSoon()
    this.#reactions?.lookForWork([])
  }

  #stopCancelled(): void {
    this.#inBackground(this.#leases?.stopCancelled(), 'tasks that were cancelled elsewhere')
  }

  #inBackground(work: Promise<void> | undefined, what: string): void {
    work?.catch((error: unknown) => this.#options.logger.warn({ error }, `could not look for ${what}; trying again`))
  }
}
