import type { ConcurrencyLimits } from '../queue/concurrency-limits.ts'
import type { Lane } from '../queue/lane.ts'
import type { ClaimedTask, ClaimLane } from '../queue/task-store.ts'

/** A lane that could run tasks now, with the free slots of its modules. */
export interface OpenLane {
  lane: Lane
  slots: number
}

export interface ClaimPlan {
  lanes: ClaimLane[]
  /** Tasks to claim at most, over all lanes. */
  limit: number
}

/** What this replica holds of one tenant or one of its types; `group` is its number in claims. */
interface Share {
  readonly group: number
  held: number
}

/** The last slots of a replica are kept for types that hold few: an eighth of them, 32 at most. */
const mostReserved = 32
const reservedPart = 8

/**
 * Decides how much each lane may claim, and counts what is held. Within a tenant the order is rank alone; around it stand
 * - the limits of the queue policy per tenant and type,
 * - fairness among tenants: a tenant gets no more than brings it level with the others that have open lanes (max-min), so a
 *   backlog of any size delays others by no more than their own share,
 * - isolation among types: the last slots of the replica are kept for types that hold few, so that calls that hang do not
 *   take them all.
 * With one tenant, no limits and room left a plan is just the lanes with their slots.
 */
export class ClaimPlanner {
  readonly #limits: Pick<ConcurrencyLimits, 'ofTenant' | 'ofType'>
  readonly #concurrency: number
  readonly #isSingleType: () => boolean
  readonly #reserve: number
  readonly #tenants = new Map<string, Share>()
  readonly #types = new Map<string, Share>()
  readonly #byLane = new Map<number, { tenant: Share; type: Share }>()
  #busyTypes = 0

  constructor(options: {
    limits: Pick<ConcurrencyLimits, 'ofTenant' | 'ofType'>
    concurrency: number
    isSingleType: () => boolean
  }) {
    this.#limits = options.limits
    this.#isSingleType = options.isSingleType
    this.#concurrency = options.concurrency
    this.#reserve = Math.min(mostReserved, Math.floor(options.concurrency / reservedPart))
  }

  /** A task was claimed. */
  started(task: ClaimedTask): void {
    const { tenant, type } = this.#sharesOf(task.laneId, task.tenantId, task.type)
    tenant.held++
    if (type.held++ === 0) this.#busyTypes++
  }

  /** It is held no longer. */
  ended(task: ClaimedTask): void {
    const { tenant, type } = this.#sharesOf(task.laneId, task.tenantId, task.type)
    tenant.held--
    if (--type.held === 0) this.#busyTypes--
  }

  /** Tasks that this replica holds of a tenant and of one of its types. */
  held(tenantId: string, taskType: string): { tenant: number; type: number } {
    return {
      tenant: this.#tenants.get(tenantId)?.held ?? 0,
      type: this.#types.get(typeKey(tenantId, taskType))?.held ?? 0,
    }
  }

  /** `running` calls are in flight, `room` is what may be claimed at most. */
  plan(open: readonly OpenLane[], room: number, running: number): ClaimPlan {
    const byType = Map.groupBy(open, ({ lane }) => this.#ofLane(lane).type)
    const shared = Math.max(0, this.#concurrency - this.#reserve - running)
    const isAlone = this.#isSingleType()
    const foothold = Math.max(1, Math.floor(this.#reserve / (this.#busyTypes + 1)))
    const most = new Map<Share, number>()
    let footholds = 0
    for (const [type, [first]] of byType) {
      if (!first) continue
      const { tenantId, taskType } = first.lane
      const limit = this.#limits.ofType(tenantId, taskType)
      const own = Math.max(0, foothold - type.held)
      footholds += own
      const fair = isAlone ? room : Math.max(shared, own)
      most.set(type, Math.min(fair, limit === null ? room : Math.max(0, limit - type.held)))
    }
    const limit = isAlone ? room : Math.min(room, Math.max(shared, footholds))
    return this.#divide(open, most, limit)
  }

  #divide(open: readonly OpenLane[], mostOfType: ReadonlyMap<Share, number>, limit: number): ClaimPlan {
    const lanes = open.flatMap(({ lane, slots }) => {
      const shares = this.#ofLane(lane)
      const most = mostOfType.get(shares.type) ?? 0
      const own = Math.min(slots, most, limit)
      return own > 0 ? [{ lane, ...shares, slots: own, most }] : []
    })
    const mostOfTenant = this.#levelTenants(lanes, limit)
    const within = lanes.flatMap(entry => {
      const ofTenant = mostOfTenant.get(entry.tenant) ?? 0
      return ofTenant > 0 ? [{ ...entry, ofTenant, slots: Math.min(entry.slots, ofTenant) }] : []
    })
    const [ofTypes, ofTenants] = [sumBy(within, entry => entry.type), sumBy(within, entry => entry.tenant)]
    const isShared = within.some(
      ({ type, tenant, most, ofTenant }) => (ofTypes.get(type) ?? 0) > most || (ofTenants.get(tenant) ?? 0) > ofTenant,
    )
    return {
      limit,
      lanes: within.map(({ lane, type, tenant, slots, most, ofTenant }) => ({
        laneId: lane.id,
        slots,
        ...(isShared && {
          quotas: { type: { group: type.group, most }, tenant: { group: tenant.group, most: ofTenant } },
        }),
      })),
    }
  }

  /** How much each tenant may claim: as evenly as what they hold already and could use allows. */
  #levelTenants(
    lanes: readonly { lane: Lane; tenant: Share; slots: number }[],
    limit: number,
  ): ReadonlyMap<Share, number> {
    const wanted = sumBy(lanes, entry => entry.tenant)
    const most = new Map<Share, number>()
    for (const { lane, tenant } of lanes) {
      if (most.has(tenant)) continue
      const allowed = this.#limits.ofTenant(lane.tenantId)
      const free = allowed === null ? limit : Math.max(0, allowed - tenant.held)
      most.set(tenant, Math.min(limit, free, wanted.get(tenant) ?? 0))
    }
    const total = [...most.values()].reduce((sum, value) => sum + value, 0)
    if (most.size <= 1 || total <= limit) return most
    const level = levelFor(
      [...most].map(([tenant, value]) => ({ held: tenant.held, wanted: value })),
      limit,
    )
    for (const [tenant, value] of most) most.set(tenant, Math.min(value, Math.max(0, level - tenant.held)))
    return most
  }

  #ofLane({ id, tenantId, taskType }: Lane): { tenant: Share; type: Share } {
    return this.#sharesOf(id, tenantId, taskType)
  }

  #sharesOf(laneId: number, tenantId: string, taskType: string): { tenant: Share; type: Share } {
    let shares = this.#byLane.get(laneId)
    if (!shares) {
      shares = { tenant: shareOf(this.#tenants, tenantId), type: shareOf(this.#types, typeKey(tenantId, taskType)) }
      this.#byLane.set(laneId, shares)
    }
    return shares
  }
}

/**
 * The lowest level to which all can be filled so that at least `amount` is given out, one more than fits evenly at most; nobody
 * gets more than they want (water-filling).
 */
function levelFor(tenants: readonly { held: number; wanted: number }[], amount: number): number {
  let low = Math.min(...tenants.map(({ held }) => held))
  let high = Math.max(...tenants.map(({ held, wanted }) => held + wanted))
  while (low < high) {
    const level = Math.floor((low + high) / 2)
    const given = tenants.reduce((sum, { held, wanted }) => sum + Math.min(wanted, Math.max(0, level - held)), 0)
    if (given >= amount) high = level
    else low = level + 1
  }
  return low
}

function shareOf(shares: Map<string, Share>, key: string): Share {
  let share = shares.get(key)
  if (!share) {
    share = { group: shares.size, held: 0 }
    shares.set(key, share)
  }
  return share
}

function typeKey(tenantId: string, taskType: string): string {
  return `${tenantId} ${taskType}`
}

function sumBy<Entry extends { slots: number }>(
  entries: readonly Entry[],
  shareIn: (entry: Entry) => Share,
): Map<Share, number> {
  const sums = new Map<Share, number>()
  for (const entry of entries) sums.set(shareIn(entry), (sums.get(shareIn(entry)) ?? 0) + entry.slots)
  return sums
}
