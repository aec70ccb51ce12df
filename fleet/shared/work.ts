import { setImmediate } from 'node:timers/promises'
import type { Reports } from './reports.ts'

/** What a handler is told beside its payload. */
export interface Work {
  taskId: string
  type: string
  /** Aborts when the caller closed the connection or the deadline has passed; work must then stop. */
  signal: AbortSignal
  reports: Reports
}

/** Does the work of one task type. The payload has passed the type's input schema; the result must suit its output schema. */
export type Handler<Payload = never> = (payload: Payload, work: Work) => Promise<unknown>

/**
 * Lets the process look at its connections in between long calculations. Rejects once nobody waits for the work any more.
 */
export async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}
