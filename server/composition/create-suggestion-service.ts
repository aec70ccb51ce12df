import { createHash, createHmac } from 'node:crypto'
import type { Auth } from '../auth/create-auth.ts'
import type { InstallationKey } from '../config/installation-key.ts'
import type { Config } from '../config/read-config.ts'
import type { Orchestrator } from '../core/orchestrator.ts'
import type { Clock } from '../core/shared/clock.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { SimulationService } from '../core/simulator/simulation-service.ts'
import { createSuggestions, type Suggestions } from '../core/suggestions/create-suggestions.ts'
import type { FindingSource } from '../core/suggestions/suggestion-ports.ts'
import type { PrismaClient } from '../persistence/prisma-client.ts'
import { createOutcomeReader } from '../persistence/sql/suggestions/read-outcomes.ts'
import { PrismaSuggestionStore } from '../persistence/suggestion-store.ts'
import { createIdSource } from '../persistence/uuid-v7.ts'
import type { Database } from './open-database.ts'

const hourMs = 3_600_000

/** Suggestions on real ports. They stand beside the orchestrator and change it through its own services. */
export function createSuggestionService(parts: {
  config: Config
  database: Database
  prisma: PrismaClient
  auth: Auth
  key: InstallationKey
  orchestrator: Orchestrator
  simulations: SimulationService
  findings: FindingSource
  clock: Clock
  logger: Logger
  taskTimeoutMs: number
}): Suggestions {
  const { config, database, prisma, auth, orchestrator, simulations, findings, clock, logger, taskTimeoutMs } = parts
  const { registry, queue, settings, events, choicePolicies, replicas } = orchestrator
  const { analysisHours, approvalHours, verdictHours, queueCapacity } = config
  const ids = createIdSource(() => clock.now())
  const sealKey = parts.key.derive('approvals of suggestions')
  return createSuggestions(
    {
      store: new PrismaSuggestionStore(prisma, ids, () => events.wake()),
      findings,
      outcomes: createOutcomeReader(database.pool),
      simulations,
      approvals: {
        roleOf: (tenantId, personId) => auth.people.roleOf(tenantId, personId),
        seal: text => createHmac('sha256', sealKey).update(text).digest('hex'),
      },
      clock,
      ids,
      digest: text => createHash('sha256').update(text).digest('hex'),
      logger,
      settings: {
        approvalMs: approvalHours * hourMs,
        observeMs: verdictHours * hourMs,
        analyzeEveryMs: analysisHours === 0 ? null : analysisHours * hourMs,
      },
    },
    {
      registry,
      queue,
      settings,
      events,
      choicePolicies,
      replicas,
      queueCapacity,
      taskTimeoutMs,
      isMine: () => orchestrator.holds('suggestions'),
    },
  )
}
