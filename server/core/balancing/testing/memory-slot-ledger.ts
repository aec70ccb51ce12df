import type { Clock } from '../../shared/clock.ts'
import type { SlotAsk, SlotGrant, SlotLedger, SlotRound } from '../slot-ledger.ts'

/** The book of shared capacity in memory; keeps what the one in PostgreSQL promises. */
export class MemorySlotLedger implements SlotLedger {
  readonly #clock: Clock
  readonly #deadAfterMs: number
  readonly #replicas = new Map<string, { heartbeatAt: number; hasBegun: boolean }>()
  #grants: SlotGrant[] = []

  constructor(clock: Clock, deadAfterMs: number) {
    this.#clock = clock
    this.#deadAfterMs = deadAfterMs
  }

  /** A process begins under this id. */
  join(replicaId: string): void {
    this.#replicas.set(replicaId, { heartbeatAt: this.#clock.now(), hasBegun: false })
    this.#grants = this.#grants.filter(grant => grant.replicaId !== replicaId)
  }

  beat(replicaId: string): void {
    const replica = this.#replicas.get(replicaId)
    if (replica) replica.heartbeatAt = this.#clock.now()
  }

  leave(replicaId: string): void {
    this.#replicas.delete(replicaId)
    this.#grants = this.#grants.filter(grant => grant.replicaId !== replicaId)
  }

  /** Other replicas that live. */
  others(replicaId: string): string[] {
    const oldest = this.#clock.now() - this.#deadAfterMs
    return [...this.#replicas].flatMap(([id, { heartbeatAt }]) =>
      id !== replicaId && heartbeatAt > oldest ? [id] : [],
    )
  }

  async share(replicaId: string, asks: readonly SlotAsk[]): Promise<SlotRound> {
    this.beat(replicaId)
    const own = this.#replicas.get(replicaId)
    const others = this.others(replicaId)
    if (own) own.hasBegun = others.length > 0
    if (others.length === 0) {
      this.#grants = []
      return { kind: 'alone' }
    }
    const isReady = others.every(id => this.#replicas.get(id)?.hasBegun)
    const theirs = this.#grants.filter(grant => others.includes(grant.replicaId))
    const granted = asks.map(({ capacity, held, target, ...ask }): SlotGrant => {
      const taken = theirs.filter(grant => isSame(grant, ask)).reduce((sum, grant) => sum + grant.granted, 0)
      const most = isReady ? target : Math.min(target, held)
      return { ...ask, replicaId, granted: Math.max(ask.inFlight, Math.min(most, capacity - taken)) }
    })
    this.#grants = [...theirs, ...granted]
    return { kind: 'shared', grants: this.#grants.map(grant => ({ ...grant })) }
  }
}

function isSame(
  one: Omit<SlotGrant, 'replicaId' | 'granted'>,
  other: Omit<SlotGrant, 'replicaId' | 'granted'>,
): boolean {
  return one.tenantId === other.tenantId && one.moduleId === other.moduleId && one.instanceId === other.instanceId
}
