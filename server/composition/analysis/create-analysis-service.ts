import type { Config } from '../../config/read-config.ts'
import type { AnalysisView } from '../../contracts/findings.ts'
import { type AnalysisRunner, AnalysisService } from '../../core/analysis/analysis-service.ts'
import type { Orchestrator } from '../../core/orchestrator.ts'
import type { Clock } from '../../core/shared/clock.ts'
import { QuarterdeckError } from '../../core/shared/errors.ts'
import { takeSnapshot } from '../../core/simulator/create-simulations.ts'
import type { PrismaClient } from '../../persistence/prisma-client.ts'
import { sessionName } from '../../persistence/sql/replicas/session-name.ts'
import type { Database } from '../open-database.ts'
import { presentConfiguration } from '../present-configuration.ts'
import { runInThread } from '../run-in-thread.ts'
import type { WorkerInput, WorkerMessage } from './analysis-worker.ts'

const mostMemoryMb = 1_024
const mostMs = 300_000

/** Analyses of this replica, each in a thread of its own that reads and computes. Starts nothing. */
export function createAnalysisService(parts: {
  config: Config
  database: Database
  prisma: PrismaClient
  orchestrator: Orchestrator
  clock: Clock
  taskTimeoutMs: number
}): AnalysisService {
  const { database, clock } = parts
  const present = presentConfiguration(parts)
  return new AnalysisService({
    runner: createThreadRunner(database.url, sessionName('analysis', database.replicaId)),
    snapshot: tenantId => takeSnapshot(tenantId, present),
    clock,
  })
}

function createThreadRunner(databaseUrl: string, session: string): AnalysisRunner {
  return {
    run(job, { signal }) {
      const workerData: WorkerInput = { databaseUrl, sessionName: session, job }
      const program = new URL('./analysis-worker.ts', import.meta.url)
      const plan = { program, workerData, mostMemoryMb, mostMs, signal, tooLong: tooLarge, tooLarge }
      return runInThread<WorkerMessage, AnalysisView>(plan, (message, end) => {
        if (message.kind === 'done') end.resolve(message.view)
        else end.reject(new QuarterdeckError(message.code, message))
      })
    },
  }
}

function tooLarge(): QuarterdeckError {
  return new QuarterdeckError('ANALYSIS_TOO_LARGE', {
    message: `The analysis took more than ${mostMs / 60_000} minutes or ${mostMemoryMb} MiB.`,
    action: 'Choose a shorter window.',
  })
}
