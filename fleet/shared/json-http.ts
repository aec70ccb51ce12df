import { Agent, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { request as requestTls } from 'node:https'
import { ModuleError } from './module-error.ts'

/** Reads a JSON body of at most `maxBytes`. Throws ModuleError with status 413, 415 or 400. */
export async function readJson(incoming: IncomingMessage, maxBytes: number): Promise<unknown> {
  // A page of another site cannot send this type without asking first, so no browser can be made to call us.
  const type = incoming.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new ModuleError('NOT_JSON', 'The content type must be application/json.', { status: 415 })
  }
  const body = await readBody(incoming, maxBytes)
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new ModuleError('NOT_JSON', 'The body is not valid JSON.', { status: 400, cause })
  }
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    // Left early, the loop would by default destroy the connection that the refusal has yet to go over.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new ModuleError('BODY_INCOMPLETE', 'The body broke off before its end.', { status: 400, cause })
  }
  if (bytes <= maxBytes) return Buffer.concat(chunks)
  throw new ModuleError('TOO_LARGE', `The body may have at most ${maxBytes} bytes.`, { status: 413 })
}

/** Answers with JSON. Does nothing when the connection is gone. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (res.destroyed || res.headersSent) return
  const text = JSON.stringify(body)
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    // The rest of a body that is too large is not worth reading.
    ...(status === 413 ? { connection: 'close' } : {}),
    ...headers,
  })
  res.end(text)
}

export interface JsonRequest {
  method: 'GET' | 'POST'
  body?: unknown
  headers?: Record<string, string>
  signal: AbortSignal
  /** Largest answer read, in bytes. */
  maxBytes?: number
}

export interface JsonAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: unknown
}

const agent = new Agent({ keepAlive: true, maxFreeSockets: 8 })

/**
 * One HTTP call with JSON both ways. Rejects when there is no whole, readable answer; an error status is an answer. node:http
 * and not fetch, which costs a process 10 MB and 40 ms at its first call.
 */
export function requestJson(url: string, options: JsonRequest): Promise<JsonAnswer> {
  const text = options.body === undefined ? undefined : JSON.stringify(options.body)
  const headers = {
    accept: 'application/json',
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const settings = { method: options.method, headers, signal: options.signal }
    const receive = (incoming: IncomingMessage) => {
      readAnswer(incoming, options.maxBytes ?? 1024 * 1024).then(resolve, reject)
    }
    const outgoing = url.startsWith('https:')
      ? requestTls(url, settings, receive)
      : request(url, { ...settings, agent }, receive)
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

async function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<JsonAnswer> {
  const body = (await readBody(incoming, maxBytes)).toString('utf8')
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: body === '' ? null : JSON.parse(body) }
}
