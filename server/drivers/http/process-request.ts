import { createHmac } from 'node:crypto'
import type { DriverCall } from '#server/core/queue/driver.ts'

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
export function buildProcessRequest(call: DriverCall, callback: CallbackAddress | null, nowMs: number): ProcessRequest {
  const body = JSON.stringify(callback === null ? call.payload : envelopeOf(call, callback))
  const webhookId = `${call.taskId}.${call.attempt}`
  const timestamp = String(Math.floor(nowMs / 1_000))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'quarterdeck',
      'idempotency-key': call.taskId,
      traceparent: call.traceparent,
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${sign(call.module.secret, `${webhookId}.${timestamp}.`, body)}`,
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
    leaseNo: call.leaseNo,
    callbackUrl: callback.url,
    callbackToken: callback.token,
  }
}

/**
 * The signature of https://www.standardwebhooks.com by node:crypto: the `standardwebhooks` package computes SHA-256 in
 * JavaScript, 350 µs for a body of 32 KiB against 95 µs here. The tests verify with that package.
 */
function sign(secret: string, prefix: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return createHmac('sha256', key).update(prefix).update(body).digest('base64')
}
