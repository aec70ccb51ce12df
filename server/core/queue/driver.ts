import type { Json } from '../../contracts/common.ts'

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
  /** Called for each progress report or checkpoint the module sends while it works. */
  onReport?: (report: DriverReport) => void
}

export type DriverReport =
  | { kind: 'progress'; stage: string | null; percent: number | null; message: string | null }
  | { kind: 'checkpoint'; data: Json }

/**
 * How a call ended, as data; a driver throws only for faults of its own. `busy` is no failure of the module and uses no
 * attempt; time-outs are the breaker's, which aborts the signal: the driver then answers `failed` with code `ABORTED`.
 */
export type DriverOutcome =
  | { kind: 'succeeded'; result: Json }
  | { kind: 'failed'; code: string; message: string; retryable: boolean }
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
  /** Calls the module. Aborting `signal` closes the connection, which tells the module to cancel. */
  call(call: DriverCall, signal: AbortSignal): Promise<DriverOutcome>
  /** Asks one instance for its health; never throws, an unreachable one is `unhealthy` with the reason. */
  checkHealth(instance: { id: string; endpoint: string }, signal: AbortSignal): Promise<DriverHealth>
  /** Forgets connections to an endpoint that is no longer used. */
  release(endpoint: string): void
  close(): Promise<void>
}
