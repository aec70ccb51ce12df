import type { EventPublisher } from '../events/event-log.ts'
import { defaultTenantId } from '../shared/principal.ts'
import type { LostReplica } from './replica-store.ts'

/** Tells that a replica began to work, or stopped in good order. Replicas belong to the installation, so to the first tenant. */
export function tellPresence(
  events: Pick<EventPublisher, 'publish'>,
  type: 'replica.joined' | 'replica.left',
  replica: { replicaId: string; version: string },
): void {
  const { replicaId, version } = replica
  events.publish({ tenantId: defaultTenantId, type, priority: 4, data: { replicaId, version } })
}

/** Tells of replicas that fell silent. */
export function tellLost(events: Pick<EventPublisher, 'publish'>, lost: readonly LostReplica[], foundBy: string): void {
  for (const { id, host, silentMs } of lost) {
    const data = { replicaId: id, host, silentMs: Math.round(silentMs), foundBy }
    events.publish({ tenantId: defaultTenantId, type: 'replica.lost', priority: 2, data })
  }
}
