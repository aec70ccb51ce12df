import { randomUUID } from 'node:crypto'
import { type JsonAnswer, requestJson } from '../shared/json-http.ts'

export interface CallOptions {
  taskId?: string
  deadline?: string | null
  signal?: AbortSignal
  callbackUrl?: string
  checkpoint?: unknown
}

/** Sends a task to an instance as the control center does. */
export function callModule(
  endpoint: string,
  type: string,
  payload: unknown,
  options: CallOptions = {},
): Promise<JsonAnswer> {
  const { taskId = randomUUID(), deadline = null, signal = AbortSignal.timeout(10_000) } = options
  const { callbackUrl, checkpoint = null } = options
  const body = { taskId, type, attempt: 1, payload, deadline, context: {}, checkpoint, leaseNo: 1, callbackUrl }
  return requestJson(`${endpoint}/process`, { method: 'POST', body, signal })
}

/** Makes an instance misbehave, or stops it from doing so with `{mode: 'none'}`. */
export function switchFault(endpoint: string, fault: Record<string, unknown>): Promise<JsonAnswer> {
  return requestJson(`${endpoint}/faults`, { method: 'POST', body: fault, signal: AbortSignal.timeout(5_000) })
}

export interface HealthAnswer {
  status: string
  load: number
  details: { reason?: string; inFlight: number; succeeded: number; failed: number; aborted: number; refused: number }
}

export async function readHealth(endpoint: string): Promise<HealthAnswer> {
  const answer = await requestJson(`${endpoint}/health`, { method: 'GET', signal: AbortSignal.timeout(5_000) })
  return answer.body as HealthAnswer
}
