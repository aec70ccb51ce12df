import type { Clock } from '../../shared/clock.ts'
import type { BreakerKey, ProbeEnd, ProbeGrant } from '../breaker-board.ts'
import type { BreakerShareStore, BreakerVote, StoredProbeEnd, StoredVote } from '../breaker-shares.ts'

interface ProbeRow extends BreakerKey {
  holder: string
  leaseUntil: number
  end: StoredProbeEnd | null
}

/** What replicas in one process tell each other, with the rules of the store on PostgreSQL. */
export class MemoryBreakerShares {
  readonly #clock: Clock
  readonly #votes = new Map<string, StoredVote>()
  readonly #probes = new Map<string, ProbeRow>()
  readonly #listeners = new Set<() => void>()
  /** Replicas that do not live any more. */
  readonly dead = new Set<string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Told whenever there is something new to read. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** The store as one replica uses it. */
  of(replicaId: string): BreakerShareStore {
    return {
      begin: async () => {
        for (const [text, vote] of this.#votes) if (vote.replicaId === replicaId) this.#votes.delete(text)
      },
      publish: async (votes, withdrawn) => this.#publish(replicaId, votes, withdrawn),
      load: async () => ({
        votes: [...this.#votes.values()].filter(vote => !this.dead.has(vote.replicaId)),
        probeEnds: [...this.#probes.values()].flatMap(({ end }) => end ?? []),
      }),
      takeProbe: async (key, leaseMs) => this.#take(replicaId, key, leaseMs),
      endProbe: async (key, end, keepMs) => this.#end(replicaId, key, end, keepMs),
    }
  }

  #publish(replicaId: string, votes: readonly BreakerVote[], withdrawn: readonly BreakerKey[]): void {
    for (const key of withdrawn) this.#votes.delete(`${textOf(key)}\n${replicaId}`)
    for (const vote of votes) this.#votes.set(`${textOf(vote)}\n${replicaId}`, { ...vote, replicaId })
    this.#tell()
  }

  #take(replicaId: string, key: BreakerKey, leaseMs: number): ProbeGrant {
    const now = this.#clock.now()
    const row = this.#probes.get(textOf(key))
    if (row) {
      const nextAt = row.end?.outcome === 'failed' ? row.end.nextAt + (row.end.replicaId === replicaId ? 1_000 : 0) : 0
      const isFree = row.holder === replicaId || row.leaseUntil <= now || this.dead.has(row.holder)
      if (!isFree || nextAt > now)
        return { isGranted: false, until: Math.max(nextAt, Math.min(row.leaseUntil, now + 1_000)) }
    }
    this.#probes.set(textOf(key), { ...key, holder: replicaId, leaseUntil: now + leaseMs, end: row?.end ?? null })
    return { isGranted: true }
  }

  #end(replicaId: string, key: BreakerKey, end: ProbeEnd, keepMs: number): void {
    const row = this.#probes.get(textOf(key))
    if (row?.holder !== replicaId) return
    const at = this.#clock.now()
    row.leaseUntil = at + (end.kind === 'passed' ? keepMs : 0)
    if (end.kind !== 'closed' && end.kind !== 'failed') return
    const { tenantId, moduleId, instanceId } = key
    const nextAt = end.kind === 'failed' ? end.nextAt : 0
    row.end = { tenantId, moduleId, instanceId, replicaId, outcome: end.kind, at, nextAt }
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function textOf({ tenantId, moduleId, instanceId }: BreakerKey): string {
  return `${tenantId}\n${moduleId}\n${instanceId}`
}
