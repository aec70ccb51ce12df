import type { EventBus } from '../events/event-bus.ts'
import type { MonitoredSystem } from '../health/system-probes.ts'
import type { Admission } from '../queue/admission.ts'
import type { Clock } from '../shared/clock.ts'

export interface SystemSources {
  clock: Clock
  /** One round trip to the database. */
  pingDatabase: () => Promise<void>
  admission: Pick<Admission, 'fill' | 'capacity'>
  events: Pick<EventBus, 'pending' | 'lagMs'>
  dispatcher: { readonly running: number; readonly concurrency: number }
  upkeep: { readonly lastHeartbeatAt: number }
}

/**
 * What the fleet stands on, each with a score from its own measurement: 100 up to the first bound, falling in a line to 0 at
 * the second. Database: round trip 50 ms to 1 s. Queue: 80 to 100 % of capacity. Event bus: 1 to 15 s of delay. Dispatcher:
 * 2 to 10 s since the last heartbeat that the database took.
 */
export function describeSystems(sources: SystemSources): MonitoredSystem[] {
  const { clock, admission, events, dispatcher, upkeep } = sources
  // Written once: it took longer than all the rest of the probes.
  const capacity = admission.capacity.toLocaleString('en')
  return [
    {
      id: 'database',
      name: 'Database',
      async probe() {
        const begun = clock.now()
        await sources.pingDatabase()
        const tookMs = clock.now() - begun
        return { score: falling(tookMs, 50, 1_000), reason: `answers in ${Math.round(tookMs)} ms` }
      },
    },
    {
      id: 'queue',
      name: 'Task queue',
      async probe() {
        const percent = admission.fill * 100
        const reason = `${percent < 1 ? 'under 1' : Math.round(percent)} % of ${capacity} in use`
        return { score: falling(percent, 80, 100), reason }
      },
    },
    {
      id: 'event-bus',
      name: 'Event bus',
      async probe() {
        const delayMs = events.pending > 0 ? Math.max(events.lagMs, 1) : events.lagMs
        const reason = `delivers within ${Math.round(delayMs)} ms, ${events.pending} not yet written`
        return { score: falling(delayMs, 1_000, 15_000), reason }
      },
    },
    {
      id: 'dispatcher',
      name: 'Dispatcher',
      async probe() {
        const silentMs = clock.now() - upkeep.lastHeartbeatAt
        const reason = `${dispatcher.running} of ${dispatcher.concurrency} workers busy, last heartbeat ${(silentMs / 1_000).toFixed(1)} s ago`
        return { score: falling(silentMs, 2_000, 10_000), reason }
      },
    },
  ]
}

/** 100 up to `good`, 0 from `bad` on, linear between. */
function falling(value: number, good: number, bad: number): number {
  return Math.round(100 * Math.min(1, Math.max(0, (bad - value) / (bad - good))))
}
