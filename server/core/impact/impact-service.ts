import {
  type ImpactPreview,
  type PreviewImpact,
  type TypeImpact,
  type TypeImpactOutcome,
  typeImpactOutcomes,
} from '../../contracts/impact.ts'
import type { ServiceRecords } from '../brain/service-records.ts'
import type { ImpactOperations } from '../operations.ts'
import type { LaneCount, QueueCounts } from '../queue/queue-counts.ts'
import type { TaskStore } from '../queue/task-store.ts'
import { enabledDependants, enabledDependantsTransitively } from '../registry/dependency-graph.ts'
import { instanceNotFound, moduleNotFound } from '../registry/module-errors.ts'
import type { ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import type { RouteOrder } from '../routing/task-router.ts'
import type { Clock } from '../shared/clock.ts'
import { type MovedWork, type MovingWork, moveWork } from './move-work.ts'
import { type PlannedChange, planChange } from './planned-change.ts'
import type { ServiceTraffic } from './service-traffic.ts'
import { type CapacitySources, instanceSlots, moduleInFlight, moduleSlots } from './usable-capacity.ts'

const mostTypes = 50

const formula =
  'Slots needed = calls per second (last 5 minutes) × mean seconds of a call where it goes. Free = slots of healthy, enabled instances with a closed breaker, less those that calls keep busy.'

export interface ImpactSources extends CapacitySources {
  catalog: ModuleCatalog
  router: RouteOrder
  records: Pick<ServiceRecords, 'meanMs'>
  traffic: ServiceTraffic
  /** How much of some types waits and runs. */
  store: Pick<TaskStore, 'countLanes'>
  /** The same of all types, at most a second old; the command center and the alerts go by the same reading. */
  queue: { counts(tenantId: string): Promise<Pick<QueueCounts, 'byType'>> }
  /** Replicas that run: each sees its own part of the traffic. */
  replicas: () => number
  clock: Clock
}

/** Says what an act would touch before it is done, from what is in memory and the running counts of the queue. */
export class ImpactService implements ImpactOperations {
  readonly #sources: ImpactSources

  constructor(sources: ImpactSources) {
    this.#sources = sources
  }

  async preview(tenantId: string, input: PreviewImpact): Promise<ImpactPreview> {
    const change = planChange(input, id => this.#require(tenantId, id, input))
    const { module } = change
    const before = module ? moduleSlots(module, this.#sources) : 0
    const after = module ? this.#slotsAfter(module, before, change) : 0
    const kept = before === 0 ? 0 : after / before
    const named = namedTypes(input, module, before > after || before === 0)
    const { store, queue } = this.#sources
    const counts = named ? await store.countLanes(tenantId, named) : (await queue.counts(tenantId)).byType
    const touched = named ?? this.#allTypes(tenantId, counts)
    const moved = moveWork(...this.#movingWork(change, touched, after))
    const lanes = Map.groupBy(counts, ({ type }) => type)
    const tenantBusy = change.limit?.type === null ? this.#tenantBusySlots(tenantId) : 0
    const types = touched
      .map(type => {
        const counted = countTasks(type, lanes.get(type) ?? [], module, after)
        return module
          ? { ...counted, ...describeMove(moved.get(type), after) }
          : { ...counted, ...this.#stayingWork(tenantId, type, change, tenantBusy) }
      })
      .sort(byTrouble)
    const running = module ? moduleInFlight(module, this.#sources) : types.reduce((sum, type) => sum + type.running, 0)
    return {
      at: new Date(this.#sources.clock.now()).toISOString(),
      dependants: module && kept === 0 ? this.#dependants(module) : { direct: [], indirect: [] },
      modules: module ? [{ moduleId: module.id, slotsBefore: before, slotsAfter: after, running }] : [],
      types: types.slice(0, mostTypes),
      moreTypes: Math.max(0, types.length - mostTypes),
      totals: { queued: types.reduce((sum, type) => sum + type.queued, 0), running, ...countOutcomes(types) },
      formula,
    }
  }

  #require(tenantId: string, id: string, input: PreviewImpact): ModuleRecord {
    const module = this.#sources.catalog.get(tenantId, id)
    if (!module) throw moduleNotFound(id)
    if ('instanceId' in input && !module.instances.some(instance => instance.id === input.instanceId))
      throw instanceNotFound(id, input.instanceId)
    return module
  }

  #slotsAfter(module: ModuleRecord, slots: number, change: PlannedChange): number {
    const ofInstance = (instanceId: string) => {
      const instance = module.instances.find(({ id }) => id === instanceId)
      return instance ? Math.min(slots, instanceSlots(module, instance, this.#sources)) : 0
    }
    return Math.max(0, change.slotsAfter({ slots, ofInstance }))
  }

  #allTypes(tenantId: string, counts: readonly LaneCount[]): string[] {
    const types = new Set(counts.map(({ type }) => type))
    for (const { capabilities, enabled } of this.#sources.catalog.list(tenantId))
      if (enabled) for (const { type } of capabilities) types.add(type)
    return [...types]
  }

  /** What has to leave the module of the act, and what stands free elsewhere. */
  #movingWork({ module }: PlannedChange, types: readonly string[], after: number): [MovingWork[], Map<string, number>] {
    if (module === null) return [[], new Map()]
    const { traffic, clock, router, catalog, records } = this.#sources
    const { tenantId } = module
    const now = clock.now()
    const fleet = this.#sources.replicas()
    const busy = traffic.busySlots(tenantId, module.id, now) * fleet
    /** The part of its work that does not fit in what is left of it. */
    const share = after === 0 ? 1 : busy <= after ? 0 : 1 - after / busy
    const free = new Map<string, number>()
    const works = types.map(type => {
      const candidates = router.order(tenantId, type).filter(id => id !== module.id)
      for (const id of candidates) if (!free.has(id)) free.set(id, this.#freeSlots(catalog.get(tenantId, id)))
      const own = records.meanMs(tenantId, type, module.id)
      return {
        type,
        callsPerSecond: traffic.of(tenantId, module.id, type, now).callsPerSecond * fleet * share,
        meanMs: own ?? records.meanMs(tenantId, type, null),
        candidates: candidates
          .filter(id => moduleSlots(catalog.get(tenantId, id) ?? module, this.#sources) > 0)
          .map(id => ({ moduleId: id, meanMs: records.meanMs(tenantId, type, id) })),
      }
    })
    return [works, free]
  }

  #freeSlots(module: ModuleRecord | undefined): number {
    if (!module) return 0
    const { traffic, clock, replicas } = this.#sources
    const busy = traffic.busySlots(module.tenantId, module.id, clock.now()) * replicas()
    return Math.max(0, moduleSlots(module, this.#sources) - Math.max(busy, moduleInFlight(module, this.#sources)))
  }

  /** Acts on types leave modules as they are: nothing moves, it is held back or has to keep to a limit. */
  #stayingWork(tenantId: string, type: string, change: PlannedChange, tenantBusy: number): Fate {
    const { traffic, clock, catalog, replicas } = this.#sources
    const now = clock.now()
    const own = catalog.capableOf(tenantId, type).map(({ id }) => traffic.of(tenantId, id, type, now))
    const busySlots = own.reduce((sum, each) => sum + each.busySlots, 0) * replicas()
    const callsPerSecond = own.reduce((sum, each) => sum + each.callsPerSecond, 0) * replicas()
    const limit = change.limit?.limit ?? null
    const isShort = limit !== null && (change.limit?.type === null ? tenantBusy : busySlots) > limit
    const outcome = change.holds(type) ? 'held' : limit === 0 ? 'waits' : isShort ? 'short' : 'fits'
    return { outcome, callsPerSecond, neededSlots: busySlots, takenBy: [] }
  }

  #tenantBusySlots(tenantId: string): number {
    const { traffic, clock, catalog, replicas } = this.#sources
    const now = clock.now()
    return catalog.list(tenantId).reduce((sum, { id }) => sum + traffic.busySlots(tenantId, id, now), 0) * replicas()
  }

  #dependants({ tenantId, id }: ModuleRecord): ImpactPreview['dependants'] {
    const modules = new Map(this.#sources.catalog.list(tenantId).map(each => [each.id, each]))
    const direct = enabledDependants(modules, id)
    return { direct, indirect: enabledDependantsTransitively(modules, id).filter(each => !direct.includes(each)) }
  }
}

type Counted = Pick<TypeImpact, 'type' | 'queued' | 'running' | 'pinned'>
type Fate = Omit<TypeImpact, keyof Counted>

/** Tasks of a type that the act concerns; those pinned to another module than that of the act are not. */
function countTasks(type: string, lanes: LaneCount[], module: ModuleRecord | null, after: number): Counted {
  const counted = { type, queued: 0, running: 0, pinned: 0 }
  for (const { pinnedModuleId, ready, running } of lanes) {
    if (module !== null && pinnedModuleId !== null && pinnedModuleId !== module.id) continue
    counted.queued += ready
    counted.running += running
    if (module !== null && after === 0 && pinnedModuleId !== null) counted.pinned += ready
  }
  return counted
}

function describeMove(moved: MovedWork | undefined, after: number): Fate {
  const takenBy = moved?.takenBy ?? []
  return {
    outcome: outcomeOf(moved, after),
    callsPerSecond: moved?.callsPerSecond ?? 0,
    neededSlots: moved?.neededSlots ?? null,
    // The first is named also when nothing has to be moved now: it is who would be asked.
    takenBy: takenBy.filter((taker, index) => index === 0 || taker.callsPerSecond > 0),
  }
}

/** The types that an act touches; null for all. A module that keeps its slots keeps its work. */
function namedTypes(input: PreviewImpact, module: ModuleRecord | null, losesSlots: boolean): string[] | null {
  if (module) return losesSlots ? module.capabilities.map(({ type }) => type) : []
  return 'type' in input ? [input.type] : null
}

function outcomeOf(moved: MovedWork | undefined, after: number): TypeImpactOutcome {
  if (!moved) return 'fits'
  if (moved.takenBy.length === 0) return after === 0 ? 'waits' : moved.isEnough ? 'fits' : 'short'
  if (!moved.isEnough) return 'short'
  return after > 0 && moved.takenBy.every(({ callsPerSecond }) => callsPerSecond === 0) ? 'fits' : 'taken_over'
}

function byTrouble(a: TypeImpact, b: TypeImpact): number {
  return (
    typeImpactOutcomes.indexOf(a.outcome) - typeImpactOutcomes.indexOf(b.outcome) ||
    b.queued + b.running - (a.queued + a.running) ||
    b.callsPerSecond - a.callsPerSecond ||
    (a.type < b.type ? -1 : 1)
  )
}

function countOutcomes(types: readonly TypeImpact[]): Record<TypeImpactOutcome, number> {
  const counts = { waits: 0, held: 0, short: 0, taken_over: 0, fits: 0 }
  for (const { outcome } of types) counts[outcome]++
  return counts
}
