import type { ModuleCatalog } from '../registry/module-record.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { fairShares } from './fair-shares.ts'
import type { InstanceKey, InstanceLoads } from './load-table.ts'
import type { SlotAsk, SlotGrant, SlotLedger } from './slot-ledger.ts'

export interface SlotSharesOptions {
  ledger: SlotLedger
  catalog: Pick<ModuleCatalog, 'tenants' | 'list'>
  load: InstanceLoads
  /** The most of an instance that could be used here now, whatever is granted; its capacity at most. */
  usable: (key: InstanceKey, capacity: number) => number
  /** Other replicas that live. */
  others: () => readonly string[]
  replicaId: string
  clock: Clock
  logger: Logger
  /** More may be called now than before. */
  onMore: () => void
}

/** Grants count in the ledger for five seconds after a sign of life; they are used for less. */
const grantedForMs = 4_000

/**
 * This replica's share of each instance's capacity. Alone it has all of it and nothing is asked. With others, each has what the
 * ledger granted: less is asked for at once and given back, more only counts when it was granted, so the shares of live
 * replicas never add up to more than there is. What each asks for it computes from what all said last (`fairShares`).
 */
export class SlotShares {
  readonly #options: SlotSharesOptions
  #grants = new Map<string, SlotGrant[]>()
  /** A process that has just begun has nothing until it knows that it is alone, or was granted something. */
  #mode: 'starting' | 'alone' | 'shared' = 'starting'
  #round: Promise<void> | null = null
  #isAskedAgain = false
  #cancelExpiry = () => {}

  constructor(options: SlotSharesOptions) {
    this.#options = options
  }

  /** Whether capacity is shared with others now. */
  get isShared(): boolean {
    return this.#mode === 'shared'
  }

  /** Others live, or may: has a round made, or one more after the one under way. Never rejects. */
  async rebalance(): Promise<void> {
    if (!this.isShared && this.#options.others().length === 0) {
      this.#mode = 'alone'
      return
    }
    if (this.#round) {
      this.#isAskedAgain = true
      return this.#round
    }
    this.#round = this.#makeRounds().finally(() => {
      this.#round = null
    })
    return this.#round
  }

  stop(): void {
    this.#cancelExpiry()
  }

  async #makeRounds(): Promise<void> {
    do {
      this.#isAskedAgain = false
      await this.#makeRound().catch((error: unknown) => {
        this.#options.logger.warn({ error }, 'the capacity of instances could not be shared out; trying again')
      })
    } while (this.#isAskedAgain)
  }

  async #makeRound(): Promise<void> {
    const { ledger, load, clock, replicaId, onMore } = this.#options
    if (!this.isShared) this.#begin()
    const asks = this.#asks()
    for (const ask of asks) load.of(ask).share = ask.held
    const sentAt = clock.now()
    const round = await ledger.share(replicaId, asks)
    if (round.kind === 'alone') return this.#end()
    this.#grants = Map.groupBy(round.grants, textOf)
    let hasMore = false
    for (const ask of asks) {
      const grants = this.#grants.get(textOf(ask)) ?? []
      const granted = grants.find(grant => grant.replicaId === replicaId)?.granted ?? 0
      const own = load.of(ask)
      own.share = granted
      own.elsewhere = grants.reduce((sum, grant) => (grant.replicaId === replicaId ? sum : sum + grant.inFlight), 0)
      if (granted > ask.held) hasMore = true
    }
    this.#expireAt(sentAt + grantedForMs)
    if (hasMore) onMore()
  }

  /** One that was alone goes on with its part of what was all its own: the others wait until that is in the book. */
  #begin(): void {
    if (this.#mode === 'starting') for (const { load } of this.#instances()) load.share = load.inFlight
    this.#mode = 'shared'
    this.#options.load.shareByDefault(0)
    this.#expireAt(this.#options.clock.now() + grantedForMs)
  }

  #end(): void {
    this.#mode = 'alone'
    this.#grants = new Map()
    this.#cancelExpiry()
    this.#options.load.shareByDefault(null)
    for (const { load } of this.#instances()) {
      load.share = null
      load.elsewhere = 0
    }
    this.#options.onMore()
  }

  /** When no round has come through for so long, others may have what was granted: nothing new is begun. */
  #expireAt(at: number): void {
    const { clock } = this.#options
    this.#cancelExpiry()
    this.#cancelExpiry = clock.setTimer(at - clock.now(), () => {
      for (const { load } of this.#instances()) load.share = 0
    })
  }

  #asks(): SlotAsk[] {
    const { usable, others, replicaId } = this.#options
    const replicaIds = [replicaId, ...others()]
    return this.#instances().map(({ key, capacity, load }) => {
      const own = { inFlight: load.inFlight, wanted: load.takeWanted(), usable: usable(key, capacity) }
      const said = this.#grants.get(textOf(key)) ?? []
      const claimants = replicaIds.map(id => {
        const grant = said.find(each => each.replicaId === id)
        return id === replicaId ? { id, ...own } : { id, wanted: grant?.wanted ?? 0, usable: grant?.usable ?? capacity }
      })
      const target = fairShares(capacity, claimants, textOf(key)).get(replicaId) ?? 0
      const held = Math.min(load.share ?? capacity, Math.max(target, load.inFlight))
      return { ...key, capacity, held, target, ...own }
    })
  }

  #instances() {
    const { catalog, load } = this.#options
    return catalog.tenants().flatMap(tenantId =>
      catalog.list(tenantId).flatMap(({ id: moduleId, instances }) =>
        instances.map(({ id: instanceId, capacity }) => {
          const key = { tenantId, moduleId, instanceId }
          return { key, capacity, load: load.of(key) }
        }),
      ),
    )
  }
}

function textOf({ tenantId, moduleId, instanceId }: InstanceKey): string {
  return `${tenantId}\n${moduleId}\n${instanceId}`
}
