import type { ConcurrencyLimits } from '../queue/concurrency-limits.ts'
import type { Lane } from '../queue/lane.ts'
import type { ClaimedTask, ClaimLane, Quota } from '../queue/task-store.ts'

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

/** What a plan needs to know of a task. */
type PlannedTask = Pick<ClaimedTask, 'laneId' | 'tenantId' | 'type'>

/** What this replica holds of one tenant or one of its types; `group` is its number in claims. */
interface Share {
  readonly group: number
  held: number
  /** Of the plan that is being made: what it may claim, and what its lanes could use. */
  most: number
  wanted: number
}

/** A lane in a plan, with the slots that are left to it. */
interface SharedLane extends OpenLane {
  tenant: Share
  type: Share
}

const unset = -1

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

  /** A task was claimed, or is about to be. */
  started(task: PlannedTask): void {
    const { tenant, type } = this.#sharesOf(task.laneId, task.tenantId, task.type)
    tenant.held++
    if (type.held++ === 0) this.#busyTypes++
  }

  /** It is held no longer. */
  ended(task: PlannedTask): void {
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
    const lanes = open.map(({ lane, slots }) => {
      const { tenant, type } = this.#ofLane(lane)
      return { lane, slots, tenant, type }
    })
    const limit = this.#limitTypes(lanes, room, running)
    const able = cutTo(lanes, ({ type }) => Math.min(type.most, limit))
    this.#levelTenants(able, limit)
    const within = cutTo(able, ({ tenant }) => tenant.most)
    const isShared = isMoreThanAllowed(within, 'type') || isMoreThanAllowed(within, 'tenant')
    return {
      limit,
      lanes: within.map(({ lane, slots, type, tenant }) =>
        isShared
          ? { laneId: lane.id, slots, quotas: { type: quotaOf(type), tenant: quotaOf(tenant) } }
          : { laneId: lane.id, slots },
      ),
    }
  }

  /** Sets how much each type may claim, by its limit and by what is kept for others; answers the limit over all of them. */
  #limitTypes(lanes: readonly SharedLane[], room: number, running: number): number {
    const shared = Math.max(0, this.#concurrency - this.#reserve - running)
    const isAlone = this.#isSingleType()
    const foothold = Math.max(1, Math.floor(this.#reserve / (this.#busyTypes + 1)))
    let footholds = 0
    for (const { type } of lanes) type.most = unset
    for (const { lane, type } of lanes) {
      if (type.most !== unset) continue
      const limit = this.#limits.ofType(lane.tenantId, lane.taskType)
      const own = Math.max(0, foothold - type.held)
      footholds += own
      const fair = isAlone ? room : Math.max(shared, own)
      type.most = Math.min(fair, limit === null ? room : Math.max(0, limit - type.held))
    }
    return isAlone ? room : Math.min(room, Math.max(shared, footholds))
  }

  /** Sets how much each tenant may claim: as evenly as what they hold already and could use allows. */
  #levelTenants(lanes: readonly SharedLane[], limit: number): void {
    for (const { tenant } of lanes) {
      tenant.most = unset
      tenant.wanted = 0
    }
    for (const { tenant, slots } of lanes) tenant.wanted += slots
    const tenants: Share[] = []
    let total = 0
    for (const { lane, tenant } of lanes) {
      if (tenant.most !== unset) continue
      const allowed = this.#limits.ofTenant(lane.tenantId)
      const free = allowed === null ? limit : Math.max(0, allowed - tenant.held)
      tenant.most = Math.min(limit, free, tenant.wanted)
      tenants.push(tenant)
      total += tenant.most
    }
    if (tenants.length <= 1 || total <= limit) return
    const level = levelFor(tenants, limit)
    for (const tenant of tenants) tenant.most = Math.min(tenant.most, Math.max(0, level - tenant.held))
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

/** The lanes with the slots that they may use of theirs, without those that may use none. */
function cutTo(lanes: readonly SharedLane[], mostOf: (lane: SharedLane) => number): SharedLane[] {
  const left: SharedLane[] = []
  for (const entry of lanes) {
    const slots = Math.min(entry.slots, mostOf(entry))
    const { lane, tenant, type } = entry
    if (slots > 0) left.push(slots === entry.slots ? entry : { lane, slots, tenant, type })
  }
  return left
}

/** Whether lanes that share a type, or a tenant, could together use more than that may claim. */
function isMoreThanAllowed(lanes: readonly SharedLane[], kind: 'type' | 'tenant'): boolean {
  for (const entry of lanes) entry[kind].wanted = 0
  for (const entry of lanes) {
    const share = entry[kind]
    share.wanted += entry.slots
    if (share.wanted > share.most) return true
  }
  return false
}

function quotaOf({ group, most }: Share): Quota {
  return { group, most }
}

/**
 * The lowest level to which all can be filled so that at least `amount` is given out, one more than fits evenly at most; nobody
 * gets more than they may (water-filling).
 */
function levelFor(tenants: readonly Share[], amount: number): number {
  let low = Math.min(...tenants.map(({ held }) => held))
  let high = Math.max(...tenants.map(({ held, most }) => held + most))
  while (low < high) {
    const level = Math.floor((low + high) / 2)
    const given = tenants.reduce((sum, { held, most }) => sum + Math.min(most, Math.max(0, level - held)), 0)
    if (given >= amount) high = level
    else low = level + 1
  }
  return low
}

function shareOf(shares: Map<string, Share>, key: string): Share {
  let share = shares.get(key)
  if (!share) {
    share = { group: shares.size, held: 0, most: unset, wanted: 0 }
    shares.set(key, share)
  }
  return share
}

function typeKey(tenantId: string, taskType: string): string {
  return `${tenantId} ${taskType}`
}
