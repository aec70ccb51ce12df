import type { IncomingMessage, ServerResponse } from 'node:http'
import { callbackPath } from './callback-path.ts'
import type { CallbackRelay } from './callback-relay.ts'
import { type CallbackAnswer, type CallbackTable, refuse, unknownToken } from './callback-table.ts'
import { decodeJson } from './json-content.ts'
import { readCapped } from './read-capped.ts'

/** Room for what surrounds the result in a callback. */
const envelopeBytes = 1_024

/**
 * Serves `POST /api/v1/callbacks/<token>`. The token is all the authority there is, so this comes before any other
 * authentication; it is checked before a byte of the body is read, and everything else is answered 404 alike. One that belongs
 * to a call of another replica is passed on to it.
 */
export async function serveCallback(
  { table, relay }: { table: CallbackTable; relay: CallbackRelay | null },
  maxResultBytes: number,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const token = tokenOf(req)
  const isForAnother = token !== null && !table.has(token) && relay?.isForAnother(token) === true
  if (token === null || !(isForAnother || table.has(token))) return answer(res, unknownToken)
  let body: Buffer | null
  try {
    body = await readCapped(req, maxResultBytes + envelopeBytes)
  } catch {
    return void res.destroy()
  }
  if (body === null) {
    return answer(
      res,
      refuse(413, 'PAYLOAD_TOO_LARGE', `A callback may have at most ${maxResultBytes + envelopeBytes} bytes.`),
    )
  }
  if (relay && isForAnother) return answer(res, await relay.pass(token, body))
  const parsed = decodeJson(body)
  if (!parsed.ok) return answer(res, refuse(400, 'INVALID_INPUT', `The callback ${parsed.fault}.`))
  answer(res, await table.deliver(token, parsed.value))
}

function tokenOf(req: IncomingMessage): string | null {
  const path = req.url?.split('?', 1)[0] ?? ''
  if (req.method !== 'POST' || !path.startsWith(callbackPath)) return null
  return path.slice(callbackPath.length)
}

function answer(res: ServerResponse, { status, body }: CallbackAnswer): void {
  const text = JSON.stringify(body)
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    // What was not read of a refused body must not be taken for the next request.
    ...(status === 200 ? {} : { connection: 'close' }),
  })
  res.end(text)
}
