import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readJson, sendJson } from '../shared/json-http.ts'

/** A call as it came in. */
export interface RecordedCall {
  procedure: string
  input: Record<string, unknown>
  authorization: string | undefined
}

interface KnownModule {
  id: string
  instances: { id: string; endpoint: string }[]
}

/** How it answers `tasks.submit`: takes it, says that the queue is full, or breaks the connection after having taken it. */
export type SubmitMode = 'accept' | 'full' | 'break'

/** A small HTTP server that answers as the control center's API does and writes down what it was asked. */
export class RecordingControlCenter implements AsyncDisposable {
  readonly calls: RecordedCall[] = []
  readonly modules = new Map<string, KnownModule>()
  submitMode: SubmitMode = 'accept'
  #http: Server | null = null
  #port = 0
  #nextId = 1

  static async start(): Promise<RecordingControlCenter> {
    const center = new RecordingControlCenter()
    await center.open()
    return center
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  callsOf(procedure: string): RecordedCall[] {
    return this.calls.filter(call => call.procedure === procedure)
  }

  /** Listens, on the port it had before. */
  async open(): Promise<void> {
    const http = createServer((req, res) => void this.#answer(req, res))
    await new Promise<void>(resolve => http.listen(this.#port, '127.0.0.1', resolve))
    this.#http = http
    this.#port = (http.address() as AddressInfo).port
  }

  /** Goes away, as a control center that was killed. */
  async shut(): Promise<void> {
    const http = this.#http
    this.#http = null
    const closed = new Promise(resolve => http?.close(resolve))
    http?.closeAllConnections()
    if (http) await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut()
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', this.url)
    if (url.pathname === '/healthz') return sendJson(res, 200, { status: 'ok' })
    const procedure = url.pathname.replace('/api/trpc/', '')
    const input = (
      req.method === 'GET' ? JSON.parse(url.searchParams.get('input') ?? '{}') : await readJson(req, 1e6)
    ) as {
      id: string
    }
    this.calls.push({ procedure, input, authorization: req.headers.authorization })
    this.#carryOut(procedure, input, res)
  }

  #carryOut(procedure: string, input: Record<string, unknown>, res: ServerResponse): void {
    const module = this.modules.get(String(input['id'] ?? input['moduleId']))
    const ok = (data: unknown) => sendJson(res, 200, { result: { data } })
    switch (procedure) {
      case 'modules.register':
        if (module) return refuse(res, 409, 'MODULE_EXISTS')
        return ok(this.#register(input as { id: string; instances: { endpoint: string }[] }))
      case 'modules.get':
        return module ? ok(module) : refuse(res, 404, 'MODULE_NOT_FOUND')
      case 'instances.register':
        module?.instances.push(this.#instance(String(input['endpoint'])))
        return ok(module)
      case 'instances.deregister':
        if (module) module.instances = module.instances.filter(({ id }) => id !== input['instanceId'])
        return ok(module)
      case 'tasks.submit':
        if (this.submitMode === 'full') return refuse(res, 503, 'QUEUE_FULL')
        if (this.submitMode === 'break') return void res.destroy()
        return ok({ id: input['idempotencyKey'] })
      case 'tasks.submitBatch':
        return ok({
          accepted: (input['tasks'] as unknown[]).map((_, index) => ({ index, id: `${index}` })),
          rejected: [],
        })
      default:
        return refuse(res, 404, 'PROCEDURE_NOT_FOUND')
    }
  }

  #register({ id, instances }: { id: string; instances: { endpoint: string }[] }): KnownModule {
    const module = { id, instances: instances.map(({ endpoint }) => this.#instance(endpoint)) }
    this.modules.set(id, module)
    return module
  }

  #instance(endpoint: string): { id: string; endpoint: string } {
    this.#nextId += 1
    return { id: `instance-${this.#nextId}`, endpoint }
  }
}

function refuse(res: ServerResponse, httpStatus: number, appCode: string): void {
  sendJson(res, httpStatus, {
    error: { message: `Refused: ${appCode}.`, data: { code: 'CONFLICT', httpStatus, appCode } },
  })
}
