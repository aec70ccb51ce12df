import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'
import type { SimulationResult } from '../../contracts/simulations.ts'
import { QuarterdeckError } from '../../core/shared/errors.ts'
import type { SimulationJob } from '../../core/simulator/simulation-service.ts'
import { readHistory } from '../../persistence/read-history.ts'
import { simulateJob } from './simulate-job.ts'

/** What the thread is started with. */
export interface WorkerInput {
  databaseUrl: string
  sessionName: string
  job: SimulationJob
}

/** What it says. */
export type WorkerMessage =
  | { kind: 'progress'; share: number }
  | { kind: 'done'; result: SimulationResult }
  | { kind: 'refused'; code: QuarterdeckError['code']; message: string; action: string }

/**
 * More recorded tasks than this are sampled by whole minutes: six replays of as many take about two minutes of one core, and a third
 * of the memory that a run may use.
 */
const mostTasks = 200_000
/** Reading may take this part of the progress. */
const readShare = 0.1
const statementTimeoutMs = 60_000

const { databaseUrl, sessionName, job } = workerData as WorkerInput
const say = (message: WorkerMessage) => parentPort?.postMessage(message)

/** Reads what was recorded on a connection of its own, then simulates; its timers are virtual from then on. */
async function work(): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: sessionName,
    statement_timeout: statementTimeoutMs,
  })
  await client.connect()
  const { from, to, present } = job
  const history = await readHistory(client, { tenantId: present.tenantId, from, to, mostTasks }).finally(() =>
    client.end(),
  )
  let said = 0
  const result = await simulateJob(job, history, share => {
    const now = performance.now()
    if (now - said < 250) return
    said = now
    say({ kind: 'progress', share: readShare + (1 - readShare) * share })
  })
  say({ kind: 'done', result })
}

work().catch((error: unknown) => {
  if (!(error instanceof QuarterdeckError)) throw error
  const { code, message, action } = error
  say({ kind: 'refused', code, message, action })
})
