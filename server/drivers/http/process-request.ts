import type { DriverCall } from '#server/core/queue/driver.ts'
import type { WebhookSigner } from './webhook-signer.ts'

export interface ProcessRequest {
  headers: Record<string, string>
  body: string
}

/** Where the module may report to while this call is open. */
export interface CallbackAddress {
  url: string
  token: string
}

/**
 * The request of one call: the envelope of the module protocol, or the payload alone for a module that knows nothing of
 * us (it then gets no callback address). Signed as Standard Webhooks; `nowMs` is since the epoch.
 */
export function buildProcessRequest(
  call: DriverCall,
  callback: CallbackAddress | null,
  signer: WebhookSigner,
  nowMs: number,
): ProcessRequest {
  const body = JSON.stringify(callback === null ? call.payload : envelopeOf(call, callback))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'quarterdeck',
      'idempotency-key': call.taskId,
      traceparent: call.traceparent,
      ...signer.sign(call.module.secret, `${call.taskId}.${call.attempt}`, nowMs, body),
    },
  }
}

function envelopeOf(call: DriverCall, callback: CallbackAddress) {
  return {
    taskId: call.taskId,
    type: call.type,
    attempt: call.attempt,
    payload: call.payload,
    deadline: call.deadline,
    context: call.context,
    checkpoint: call.checkpoint,
    checkpointBy: call.checkpointBy,
    timeoutMs: call.timeoutMs,
    leaseNo: call.leaseNo,
    callbackUrl: callback.url,
    callbackToken: callback.token,
  }
}
