import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FleetModule } from './declaration.ts'
import { type FaultMode, FaultSwitch } from './fault-switch.ts'
import { readJson, sendJson } from './json-http.ts'
import { BusyError, ModuleError } from './module-error.ts'
import { CallbackReports } from './reports.ts'
import { TaskMemory } from './task-memory.ts'
import { TaskReader, type TaskRequest } from './task-reader.ts'
import type { Handler, Work } from './work.ts'

const maxRequestBytes = 320 * 1024
const maxResultBytes = 100 * 1024
const rememberedBytes = 2 * 1024 * 1024
/** The longest that a timer can be. */
const foreverMs = 2 ** 31 - 1

/** What keeps an instance from working well, in words that follow its status; null when nothing does. */
export type HealthCheck = () => string | null

export interface ServedModule {
  module: FleetModule
  /** One for each capability that the module declares. */
  handlers: Record<string, Handler>
  /** Asked at each `GET /health`; a reason makes the instance `degraded`. */
  checkHealth?: HealthCheck
}

/**
 * Serves one module over the module protocol: `POST /process`, `GET /health`, and `GET` and `POST /faults` to make it
 * misbehave. A closed connection or a passed deadline aborts the work, a full instance answers 429 with `Retry-After`, and a
 * task that is sent twice is worked on once. Requests are signed by the control center, but the fleet holds no secret to
 * check them with: that is why it listens on the loopback interface only.
 */
export class ModuleServer {
  readonly #served: ServedModule
  readonly #tasks: TaskReader
  readonly #faults = new FaultSwitch()
  readonly #memory = new TaskMemory(rememberedBytes)
  readonly #http: Server
  readonly #counts = { inFlight: 0, succeeded: 0, failed: 0, aborted: 0, refused: 0 }

  constructor(served: ServedModule) {
    this.#served = served
    this.#tasks = new TaskReader(served.module.declaration)
    this.#http = createServer((req, res) => void this.#answer(req, res))
    // Longer than any client keeps an idle connection, so that none is closed just as a request is being sent.
    this.#http.keepAliveTimeout = 75_000
    this.#http.requestTimeout = 30_000
  }

  /** Resolves with the port once it listens. Port 0 takes a free one; rejects when the port is taken. */
  async listen(port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#http.once('error', reject)
    this.#http.listen(port, '127.0.0.1', resolve)
    await promise
    return (this.#http.address() as AddressInfo).port
  }

  /** Takes no more calls, and gives those under way `graceMs` to end before their connections are closed. */
  async close(graceMs: number): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#http.close(() => closed.resolve())
    this.#http.closeIdleConnections()
    const timer = setTimeout(() => this.#http.closeAllConnections(), graceMs)
    await closed.promise
    clearTimeout(timer)
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      await this.#route(req, res)
    } catch (error) {
      sendError(res, error)
    }
  }

  async #route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const route = `${req.method} ${req.url?.split('?', 1)[0]}`
    switch (route) {
      case 'POST /process':
        return this.#takeTask(req, res)
      case 'GET /health':
        return this.#answerHealth(res)
      case 'GET /faults':
        return sendJson(res, 200, { ...this.#faults.current, hits: this.#faults.hits })
      case 'POST /faults':
        return sendJson(res, 200, this.#faults.set(await readJson(req, 4_096)))
      default:
        throw new ModuleError('NOT_FOUND', `There is no ${route} here.`, { status: 404 })
    }
  }

  async #takeTask(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const fault = this.#faults.strike()
    if (fault === 'down') return void req.socket.destroy()
    const { capacity, declaration } = this.#served.module
    if (this.#counts.inFlight >= capacity) {
      this.#counts.refused += 1
      throw new BusyError(`All ${capacity} places of this ${declaration.id} are taken.`, 429, 1)
    }
    this.#counts.inFlight += 1
    const caller = signalOfCaller(res)
    try {
      const text = await this.#process(await readJson(req, maxRequestBytes), fault, caller)
      this.#counts.succeeded += 1
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
    } catch (error) {
      this.#counts[caller.aborted ? 'aborted' : 'failed'] += 1
      if (caller.aborted) return
      if (error instanceof GarbageFault) return garble(res)
      throw error
    } finally {
      this.#counts.inFlight -= 1
    }
  }

  async #process(body: unknown, fault: FaultMode, caller: AbortSignal): Promise<string> {
    const task = await this.#tasks.read(body)
    const signal = task.deadlineMs === null ? caller : AbortSignal.any([caller, deadlineSignal(task.deadlineMs)])
    try {
      await this.#misbehave(fault, signal)
      return await this.#memory.run(task.id, signal, abandoned => this.#work(task, abandoned))
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  }

  async #misbehave(fault: FaultMode, signal: AbortSignal): Promise<void> {
    if (fault === 'hanging') await delay(foreverMs, undefined, { signal })
    if (fault === 'slow') await delay(this.#faults.current.delayMs, undefined, { signal })
    if (fault === 'garbage') throw new GarbageFault()
    if (fault === 'failing') {
      throw new ModuleError('FAULT_SWITCHED_ON', 'This instance was told to fail.', { retryable: true })
    }
  }

  async #work(task: TaskRequest, signal: AbortSignal): Promise<string> {
    const handler = this.#served.handlers[task.type] as Handler<unknown> | undefined
    if (!handler) throw new Error(`${this.#served.module.declaration.id} declares ${task.type} but cannot do it`)
    const { callbackUrl: url, checkpoint } = task
    const reports = new CallbackReports({ url, checkpoint, signal })
    const work: Work = { taskId: task.id, type: task.type, signal, reports }
    const text = JSON.stringify(await handler(task.payload, work))
    const bytes = Buffer.byteLength(text)
    if (bytes > maxResultBytes) {
      throw new ModuleError('RESULT_TOO_LARGE', `The result has ${bytes} bytes; at most ${maxResultBytes} are sent.`)
    }
    return text
  }

  /** A health check of a true service notices that it fails, not that it is slow, hangs or talks nonsense to others. */
  #answerHealth(res: ServerResponse): void {
    const { mode, rate } = this.#faults.current
    if (mode === 'down') return void res.req.socket.destroy()
    const isFailing = mode === 'failing'
    const reason = isFailing ? 'its own calls end in errors' : (this.#served.checkHealth?.() ?? null)
    const status = isFailing && rate >= 0.5 ? 'unhealthy' : reason === null ? 'healthy' : 'degraded'
    const { capacity } = this.#served.module
    sendJson(res, 200, {
      status,
      load: this.#counts.inFlight / capacity,
      details: {
        ...(reason === null ? {} : { reason }),
        capacity,
        ...this.#counts,
        uptimeSeconds: Math.round(process.uptime()),
        memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
      },
    })
  }
}

class GarbageFault extends Error {}

/** JSON that breaks off in the middle, as from a proxy that gave up. */
function garble(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'application/json' }).end('{"result": {"text": "The package \\u00')
}

function signalOfCaller(res: ServerResponse): AbortSignal {
  const controller = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) controller.abort(new ModuleError('CANCELLED', 'The caller closed the connection.'))
  })
  return controller.signal
}

function deadlineSignal(deadlineMs: number): AbortSignal {
  return AbortSignal.timeout(Math.max(0, deadlineMs - Date.now()))
}

function sendError(res: ServerResponse, error: unknown): void {
  const { status, code, message, retryable, headers } = describeError(error)
  sendJson(res, status, { error: { code, message, retryable } }, headers)
}

function describeError(error: unknown) {
  if (error instanceof BusyError) {
    const headers = { 'retry-after': String(error.retryAfterSeconds) }
    return { status: error.status, code: 'BUSY', message: error.message, retryable: true, headers }
  }
  if (error instanceof ModuleError) {
    return { status: error.status, code: error.code, message: error.message, retryable: error.retryable }
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { status: 500, code: 'DEADLINE_PASSED', message: 'The deadline of the task has passed.', retryable: false }
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return { status: 500, code: 'INTERNAL', message: 'The module met a fault of its own.', retryable: true }
}
