import type { ReplicaState, ReplicaView } from '../../contracts/replicas.ts'
import type { ReplicaOperations } from '../operations.ts'
import { deadAfterMs } from '../replicas/membership.ts'
import type { ReplicaStore, StoredReplica } from '../replicas/replica-store.ts'
import type { Clock } from '../shared/clock.ts'

const maxAgeMs = 900
/** A missed beat or two is no news. */
const silentAfterMs = 3_000
const stateOrder: Record<ReplicaState, number> = { lost: 0, silent: 1, draining: 2, running: 3, stopped: 4 }

/** The fleet of replicas as the database knows it; read about once a second however many ask. */
export class ReplicaService implements ReplicaOperations {
  readonly #options: { store: Pick<ReplicaStore, 'list'>; clock: Clock; replicaId: string }
  #known: { at: number; replicas: Promise<StoredReplica[]> } | null = null

  constructor(options: { store: Pick<ReplicaStore, 'list'>; clock: Clock; replicaId: string }) {
    this.#options = options
  }

  async list(): Promise<ReplicaView[]> {
    const replicas = await this.#read()
    const now = this.#options.clock.now()
    return replicas
      .map(replica => toView(replica, now, this.#options.replicaId))
      .sort((a, b) => stateOrder[a.state] - stateOrder[b.state] || (a.id < b.id ? -1 : 1))
  }

  #read(): Promise<StoredReplica[]> {
    const now = this.#options.clock.now()
    if (this.#known && now - this.#known.at < maxAgeMs) return this.#known.replicas
    const replicas = this.#options.store.list()
    this.#known = { at: now, replicas }
    replicas.catch(() => {
      this.#known = null
    })
    return replicas
  }
}

function stateOf(replica: StoredReplica, now: number): ReplicaState {
  if (replica.stoppedAt !== null) return 'stopped'
  const silentMs = now - replica.heartbeatAt
  if (replica.lostAt !== null && silentMs >= deadAfterMs) return 'lost'
  if (silentMs >= silentAfterMs) return 'silent'
  return replica.isDraining ? 'draining' : 'running'
}

function toView(replica: StoredReplica, now: number, ownId: string): ReplicaView {
  const iso = (ms: number) => new Date(ms).toISOString()
  const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms))
  const state = stateOf(replica, now)
  const isAlive = state !== 'stopped' && state !== 'lost'
  return {
    id: replica.id,
    state,
    isThis: replica.id === ownId,
    host: replica.host,
    pid: replica.pid,
    version: replica.version,
    address: replica.address,
    startedAt: iso(replica.startedAt),
    heartbeatAt: iso(replica.heartbeatAt),
    stoppedAt: isoOrNull(replica.stoppedAt),
    lostAt: isoOrNull(state === 'lost' ? replica.lostAt : null),
    uptimeMs: isAlive ? Math.max(0, now - replica.startedAt) : null,
    running: isAlive ? replica.running : 0,
    concurrency: replica.concurrency,
    leases: replica.leases,
    claimedPerMinute: isAlive ? replica.claimedPerMinute : 0,
    staleWrites: replica.staleWrites,
    refused: replica.refused,
    clockOffsetMs: Math.round(replica.clockOffsetMs),
    duties: replica.duties.map(({ name, since }) => ({ name, since: iso(since) })),
  }
}
