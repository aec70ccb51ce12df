import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One call that a scripted module received. */
export interface ReceivedCall {
  taskId: string
  type: string
  attempt: number
  leaseNo: number
  payload: unknown
  idempotencyKey: string | undefined
  headers: IncomingHttpHeaders
  rawBody: string
}

export type ScriptedAnswer =
  | {
      status: number
      body?: unknown
      headers?: Record<string, string>
      delayMs?: number
      /** Answers once this has resolved. */
      after?: Promise<void>
    }
  /** Takes the call and never answers. */
  | 'hang'
  /** Begins an answer and never ends it. */
  | 'hang_in_body'
  /** Takes the call and resets the connection. */
  | 'reset'

export interface ScriptedModule extends AsyncDisposable {
  endpoint: string
  calls: ReceivedCall[]
  /** How calls are answered from now on. */
  answer: (call: ReceivedCall) => ScriptedAnswer
  /** Calls that were cut off by the caller before their answer. */
  aborted: number
}

/** A real HTTP module that answers as the test says. */
export async function startScriptedModule(
  answer: ScriptedModule['answer'] = call => ({ status: 200, body: { echo: call.payload } }),
): Promise<ScriptedModule> {
  const server = createServer((request, response) => {
    if (request.url === '/health') {
      response.setHeader('content-type', 'application/json')
      response.end('{"status":"healthy"}')
      return
    }
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const rawBody = Buffer.concat(chunks).toString()
      const body = JSON.parse(rawBody) as ReceivedCall
      const idempotencyKey = request.headers['idempotency-key'] as string | undefined
      const call = { ...body, idempotencyKey, headers: request.headers, rawBody }
      module.calls.push(call)
      response.on('close', () => {
        if (!response.writableEnded) module.aborted++
      })
      const scripted = module.answer(call)
      if (scripted === 'hang') return
      if (scripted === 'reset') {
        request.socket.resetAndDestroy()
        return
      }
      if (scripted === 'hang_in_body') {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"result":')
        return
      }
      const send = () => {
        response.writeHead(scripted.status, { 'content-type': 'application/json', ...scripted.headers })
        response.end(JSON.stringify(scripted.body ?? null))
      }
      if (scripted.after) void scripted.after.then(send)
      else if (scripted.delayMs) setTimeout(send, scripted.delayMs)
      else send()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const module: ScriptedModule = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answer,
    aborted: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return module
}
