import { createHash } from 'node:crypto'
import packageFile from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config/read-config.ts'
import type { Orchestrator } from '../../core/orchestrator.ts'
import type { Clock } from '../../core/shared/clock.ts'
import type { Logger } from '../../core/shared/logger.ts'
import { createSimulations } from '../../core/simulator/create-simulations.ts'
import type { SimulationService } from '../../core/simulator/simulation-service.ts'
import type { PrismaClient } from '../../persistence/prisma-client.ts'
import { PrismaSimulationStore } from '../../persistence/simulation-store.ts'
import { sessionName } from '../../persistence/sql/replicas/session-name.ts'
import { createIdSource } from '../../persistence/uuid-v7.ts'
import type { Database } from '../open-database.ts'
import { presentConfiguration } from '../present-configuration.ts'
import { createWorkerRunner } from './worker-runner.ts'

/** What-if runs of this replica, in threads of their own. It stands beside the orchestrator: a simulation makes one itself. */
export function createSimulationService(parts: {
  config: Config
  database: Database
  prisma: PrismaClient
  orchestrator: Orchestrator
  clock: Clock
  logger: Logger
  taskTimeoutMs: number
}): SimulationService {
  const { database, prisma, clock, logger } = parts
  const { replicaId, url } = database
  return createSimulations({
    store: new PrismaSimulationStore(prisma),
    runner: createWorkerRunner({ databaseUrl: url, sessionName: sessionName('simulation', replicaId) }),
    present: presentConfiguration(parts),
    clock,
    ids: createIdSource(() => clock.now()),
    digest: text => createHash('sha256').update(text).digest('hex'),
    logger,
    replicaId,
    version: packageFile.version,
  })
}
