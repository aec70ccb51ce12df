import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'
import type { AnalysisView } from '../../contracts/findings.ts'
import type { AnalysisJob } from '../../core/analysis/analysis-service.ts'
import { analyzeFleet } from '../../core/analysis/analyze-fleet.ts'
import { gatherEvidence } from '../../core/analysis/gather-evidence.ts'
import { QuarterdeckError } from '../../core/shared/errors.ts'
import { readHistory } from '../../persistence/read-history.ts'
import { readBreakerChanges } from '../../persistence/sql/simulations/read-breaker-changes.ts'

/** What the thread is started with. */
export interface WorkerInput {
  databaseUrl: string
  sessionName: string
  job: AnalysisJob
}

/** What it says, once. */
export type WorkerMessage =
  | { kind: 'done'; view: AnalysisView }
  | { kind: 'refused'; code: QuarterdeckError['code']; message: string; action: string }

/** Of more recorded tasks a sample of whole stretches of minutes is read. */
const mostTasks = 100_000
const statementTimeoutMs = 60_000

const { databaseUrl, sessionName, job } = workerData as WorkerInput
const say = (message: WorkerMessage) => parentPort?.postMessage(message)

/** Reads what was recorded on a connection of its own, then analyzes it. */
async function work(): Promise<void> {
  const { from, to, snapshot, analyzers } = job
  const { tenantId } = snapshot
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: sessionName,
    statement_timeout: statementTimeoutMs,
  })
  await client.connect()
  const recorded = await read(client, tenantId).finally(() => client.end())
  const evidence = gatherEvidence(recorded, snapshot)
  const window = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  const { tasks, sampledShare } = evidence
  say({ kind: 'done', view: { ...analyzeFleet(evidence, { analyzers }), window, tasks: tasks.length, sampledShare } })
}

async function read(client: pg.Client, tenantId: string) {
  const { from, to } = job
  const history = await readHistory(client, { tenantId, from, to, mostTasks })
  return { history, breakerChanges: await readBreakerChanges(client, tenantId, from, to) }
}

work().catch((error: unknown) => {
  if (!(error instanceof QuarterdeckError)) throw error
  const { code, message, action } = error
  say({ kind: 'refused', code, message, action })
})
