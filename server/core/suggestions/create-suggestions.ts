import type { ChoicePolicies } from '../brain/choice-policy.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { ReplicaOperations } from '../operations.ts'
import type { QueueService } from '../queue/queue-service.ts'
import type { ModuleRegistry } from '../registry/module-registry.ts'
import type { FlagService } from '../settings/flag-service.ts'
import { takeSnapshot } from '../simulator/create-simulations.ts'
import { concernedTypes } from './concerned-types.ts'
import { type ConfigurationDesk, ServiceDesk } from './configuration-desk.ts'
import { Intake } from './intake.ts'
import { Orphans } from './orphans.ts'
import { SuggestionDuty } from './suggestion-duty.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import { SuggestionService } from './suggestion-service.ts'
import { Tending } from './tending.ts'

/** The replica that suggestions are about. */
export interface SuggestionHost {
  registry: ModuleRegistry
  queue: QueueService
  settings: FlagService
  events: Pick<EventPublisher, 'wake'>
  choicePolicies: Pick<ChoicePolicies, 'of' | 'set'>
  replicas: ReplicaOperations
  queueCapacity: number
  taskTimeoutMs: number
  /** Whether this replica does for all what is done by itself. */
  isMine: () => boolean
}

export interface Suggestions {
  service: SuggestionService
  duty: SuggestionDuty
  desk: ConfigurationDesk
}

/** Wires suggestions to the services that change the configuration; starts nothing. */
export function createSuggestions(
  given: Omit<SuggestionPorts, 'desk' | 'typesOf' | 'hasModule'>,
  host: SuggestionHost,
): Suggestions {
  const { registry, queue, settings, events, isMine } = host
  const present = { ...host, catalog: registry, records: { loadAll: async () => [] } }
  const desk = new ServiceDesk({
    registry,
    queue,
    settings,
    choices: host.choicePolicies,
    events,
    snapshot: tenantId => takeSnapshot(tenantId, present),
  })
  const ports = {
    ...given,
    desk,
    typesOf: (tenantId: string, applied: Parameters<SuggestionPorts['typesOf']>[1]) =>
      concernedTypes(registry, tenantId, applied),
    hasModule: (tenantId: string, moduleId: string) => registry.get(tenantId, moduleId) !== undefined,
  }
  const intake = new Intake(ports)
  const tending = new Tending(ports)
  const orphans = new Orphans(ports)
  return {
    desk,
    service: new SuggestionService(ports, { intake, tending }),
    duty: new SuggestionDuty(ports, { intake, tending, orphans, tenants: () => registry.tenants(), isMine }),
  }
}
