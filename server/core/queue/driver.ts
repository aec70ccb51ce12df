import type { Json } from '../../contracts/common.ts'
import type { RetryClass } from '../../contracts/modules.ts'
import type { StopSignal } from '../shared/stop-switch.ts'

/** One call of a module: everything a driver needs, all of it serializable but the listener. */
export interface DriverCall {
  tenantId: string
  taskId: string
  type: string
  /** 1 for the first attempt. */
  attempt: number
  /** Fencing number of the lease this call runs under. */
  leaseNo: number
  payload: Json
  /** ISO 8601; null when the task has none. */
  deadline: string | null
  /** What went before: who submitted it, and the task it retries. */
  context: { submittedBy: string; retryOf: string | null }
  /** What an earlier attempt saved; null when none did. */
  checkpoint: Json
  /** W3C trace context header value. */
  traceparent: string
  module: { id: string; bodyStyle: 'envelope' | 'payload' /** Standard Webhooks secret, `whsec_...` */; secret: string }
  instance: { id: string; endpoint: string }
  /** What the module that saved the checkpoint is called; null without one. */
  checkpointBy: string | null
  /** How long this call may take, in ms. */
  timeoutMs: number
  /** Called for each progress report or checkpoint the module sends while it works; must not throw. */
  onReport: (report: DriverReport) => ReportAnswer | Promise<ReportAnswer>
}

/** What became of a report: kept, too late because the call or its lease has ended, or not kept for now. */
export type ReportAnswer = 'accepted' | 'ended' | 'unavailable'

export type DriverReport =
  | { kind: 'progress'; stage: string | null; percent: number | null; message: string | null }
  | { kind: 'checkpoint'; data: Json }

/**
 * How a call ended, as data; a driver throws only for faults of its own. `busy` is no failure of the module and uses no
 * attempt; time-outs are the breaker's, which aborts the signal: the driver then answers `failed` with code `ABORTED`.
 */
export type DriverOutcome =
  | { kind: 'succeeded'; result: Json }
  /** `retryable` is what the module said of it; null when it said nothing, and the retry policy decides. */
  | {
      kind: 'failed'
      code: string
      message: string
      retryable: boolean | null
      /** When the code alone does not say it: a module's own code that came with a 5xx status. */
      errorClass?: RetryClass
    }
  | { kind: 'busy'; retryAfterMs: number | null }

/** What an instance says of itself when asked for its health. */
export interface DriverHealth {
  status: 'healthy' | 'degraded' | 'unhealthy'
  /** 0-1 when it says so. */
  load: number | null
  latencyMs: number
  /** Why, when not healthy. */
  reason: string | null
}

/** A way of calling modules. One folder below `server/drivers/` each. */
export interface Driver {
  readonly name: string
  /** Calls the module. Aborting `signal`, which holds one listener, closes the connection: that tells the module to cancel. */
  call(call: DriverCall, signal: StopSignal): Promise<DriverOutcome>
  /** Asks one instance for its health; never throws, an unreachable one is `unhealthy` with the reason. */
  checkHealth(instance: { id: string; endpoint: string }, signal: AbortSignal): Promise<DriverHealth>
  /** Forgets connections to an endpoint that is no longer used. */
  release(endpoint: string): void
  close(): Promise<void>
}
