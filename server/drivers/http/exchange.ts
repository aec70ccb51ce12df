import { AnswerReader } from './answer-reader.ts'
import type { CallScope } from './call-scope.ts'
import type { Target } from './connection-pools.ts'
import type { Answer } from './read-answer.ts'

export interface OutgoingRequest {
  method: 'GET' | 'POST'
  /** Appended to the endpoint's base path. */
  path: string
  headers: Record<string, string>
  body?: string | null
}

/**
 * Sends one request and reads its answer, up to `maxBytes`. Rejects with the scope's reason as soon as that ends, also while a
 * connection is still being made, else with undici's error; in every case the connection is then either reusable or closed.
 */
export function exchange(
  { pool, basePath }: Target,
  { method, path, headers, body = null }: OutgoingRequest,
  scope: CallScope,
  maxBytes: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader(scope, maxBytes, { resolve, reject })
    if (!scope.reason) pool.dispatch({ method, path: `${basePath}${path}`, headers, body }, reader)
  })
}
