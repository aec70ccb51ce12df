import type { Dispatcher } from 'undici'
import type { CallScope } from './call-scope.ts'
import type { Target } from './connection-pools.ts'
import type { Answer } from './read-answer.ts'
import { readCapped } from './read-capped.ts'

export interface OutgoingRequest {
  method: 'GET' | 'POST'
  /** Appended to the endpoint's base path. */
  path: string
  headers: Record<string, string>
  body?: string
}

/**
 * Sends one request and reads its answer whole, up to `maxBytes`. Rejects with the scope's reason when that ends first, else
 * with undici's error; in every case the connection is either reusable or closed when the promise settles.
 */
export async function exchange(
  { pool, basePath }: Target,
  { method, path, headers, body }: OutgoingRequest,
  scope: CallScope,
  maxBytes: number,
): Promise<Answer> {
  scope.signal.throwIfAborted()
  const options: Dispatcher.RequestOptions = { method, path: `${basePath}${path}`, headers, signal: scope.signal }
  if (body !== undefined) options.body = body
  const response = await scope.race(pool.request(options))
  const content = await readCapped(response.body, maxBytes)
  if (content === null) response.body.destroy()
  return { status: response.statusCode, headers: response.headers, body: content }
}
