import type { AnalysisView, AnalyzerView } from '../../contracts/findings.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { chooseAnalyzers } from './analyze-fleet.ts'
import { analyzers } from './catalog.ts'

/** What is to be analyzed. */
export interface AnalysisJob {
  /** Milliseconds since the epoch; `to` is not included. */
  from: number
  to: number
  snapshot: ConfigurationSnapshot
  /** All of them when it is left out. */
  analyzers?: readonly string[] | undefined
}

/** Reads the record and analyzes it away from this thread. Rejects with the signal's reason when it is aborted. */
export interface AnalysisRunner {
  run(job: AnalysisJob, options: { signal: AbortSignal }): Promise<AnalysisView>
}

export interface AnalyzeRequest {
  /** Hours before now that are looked at. */
  windowHours: number
  analyzers?: readonly string[] | undefined
}

const hourMs = 3_600_000

export interface AnalysisServiceOptions {
  runner: AnalysisRunner
  /** The configuration in force now. */
  snapshot: (tenantId: string) => Promise<ConfigurationSnapshot>
  clock: Clock
}

/** Finds improvements in what was recorded. Stores and applies nothing. One analysis at a time, whoever's: each may take 1 GiB. */
export class AnalysisService {
  readonly #options: AnalysisServiceOptions
  readonly #stopping = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: AnalysisServiceOptions) {
    this.#options = options
  }

  /** What can be asked. */
  list(): AnalyzerView[] {
    return analyzers.map(({ id, name, question, needs }) => ({ id, name, question, needs }))
  }

  /** Throws ANALYZER_UNKNOWN, ANALYSIS_TOO_LARGE or SHUTTING_DOWN. A second call waits for the first. */
  async analyze(tenantId: string, request: AnalyzeRequest): Promise<AnalysisView> {
    chooseAnalyzers(request.analyzers)
    const turn = this.#last.then(() => this.#run(tenantId, request))
    this.#last = turn.catch(() => null)
    return turn
  }

  /** Ends what runs and what waits. */
  stop(): void {
    this.#stopping.abort(shuttingDown())
  }

  async #run(tenantId: string, { windowHours, analyzers: ids }: AnalyzeRequest): Promise<AnalysisView> {
    const { runner, snapshot, clock } = this.#options
    const { signal } = this.#stopping
    signal.throwIfAborted()
    const to = clock.now()
    return runner.run(
      { from: to - windowHours * hourMs, to, snapshot: await snapshot(tenantId), analyzers: ids },
      { signal },
    )
  }
}

function shuttingDown(): QuarterdeckError {
  return new QuarterdeckError('SHUTTING_DOWN', {
    message: 'The server stopped before the analysis was done.',
    action: 'Ask again when it is back.',
    retryable: true,
  })
}
