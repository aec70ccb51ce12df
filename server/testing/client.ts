import type { ErrorData } from '#server/contracts/errors.ts'

/** A failed call, with everything the caller was told. */
export class CallError extends Error {
  readonly data: ErrorData

  constructor(message: string, data: ErrorData) {
    super(message)
    this.data = data
  }
}

/** Calls procedures as any program would: plain JSON over HTTP with a key. */
export interface Client {
  query<Output>(path: string, input?: unknown): Promise<Output>
  mutate<Output>(path: string, input?: unknown): Promise<Output>
}

export function createClient(url: string, key: string): Client {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const read = async <Output>(response: Response): Promise<Output> => {
    const body = (await response.json()) as { result?: { data: Output }; error?: { message: string; data: ErrorData } }
    if (body.error) throw new CallError(body.error.message, body.error.data)
    return body.result?.data as Output
  }
  return {
    async query(path, input) {
      const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
      return read(await fetch(`${url}/api/trpc/${path}${query}`, { headers }))
    },
    async mutate(path, input) {
      const body = input === undefined ? null : JSON.stringify(input)
      return read(await fetch(`${url}/api/trpc/${path}`, { method: 'POST', headers, body }))
    },
  }
}
