import type { SlotShares } from './balancing/slot-shares.ts'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { EventBus } from './events/event-bus.ts'
import type { HealthMonitor } from './health/health-monitor.ts'
import type { LaneDirectory } from './queue/lane-directory.ts'
import type { TaskStore } from './queue/task-store.ts'
import type { Upkeep } from './queue/upkeep.ts'
import type { ModuleRegistry } from './registry/module-registry.ts'
import type { ReplicaLink } from './replica-link.ts'
import type { BreakerService } from './resilience/breaker-service.ts'
import type { Logger } from './shared/logger.ts'

export interface FollowingParts {
  events: EventBus
  dispatcher: Dispatcher
  lanes: LaneDirectory
  upkeep: Upkeep
  slots: SlotShares
  health: HealthMonitor
  registry: ModuleRegistry
  breakers: BreakerService
  /** What is kept in the table of settings. */
  settings: readonly { refresh(): Promise<void> }[]
  onAccessChanged: () => Promise<void>
  store: TaskStore
  replicaId: string
  logger: Logger
}

/** Has the parts of this replica react to what others do: call for work, number events, change configuration, come and go. */
export function followOthers(link: ReplicaLink, parts: FollowingParts): void {
  const { events, dispatcher, upkeep, slots, health, registry, breakers, settings, store, replicaId, logger } = parts
  link.attach(
    {
      lookForWork: laneIds =>
        void lookForWork(laneIds, parts).catch((error: unknown) => logger.warn({ error }, 'lanes could not be read')),
      readEvents: () => events.catchUp(),
      numberEvents: () => events.wake(),
      beatSoon: () => upkeep.beatSoon(),
      reclaimSoon: () => upkeep.reclaimSoon(),
      rebalance: () => {
        void slots.rebalance()
        breakers.fleet.look()
      },
      takeChecks: checks => health.takeChecks(checks),
      takeBeat: beat => health.takeBeat(beat),
    },
    { store, running: dispatcher, replicaId },
  )
  link.watch('modules', async () => {
    await registry.refresh()
    // A hold may have been read before the instance that it is on.
    await breakers.refreshHolds()
  })
  link.watch('breaker-holds', () => breakers.refreshHolds())
  link.watch('breakers', () => breakers.fleet.refresh())
  link.watch('settings', async () => {
    await Promise.all(settings.map(part => part.refresh()))
  })
  link.watch('access', parts.onAccessChanged)
}

/** Another replica says that there is some, perhaps in lanes that it made. */
async function lookForWork(laneIds: readonly number[], { dispatcher, lanes }: FollowingParts): Promise<void> {
  if (laneIds.length === 0) return dispatcher.wakeAll()
  if (laneIds.some(laneId => lanes.get(laneId) === undefined)) await lanes.refresh()
  dispatcher.wake(laneIds)
}
