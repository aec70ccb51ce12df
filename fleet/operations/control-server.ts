import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readJson, requestJson, sendJson } from '../shared/json-http.ts'
import { ModuleError } from '../shared/module-error.ts'
import type { Feeder } from './feeder.ts'
import type { InstanceProcess } from './instance-process.ts'
import type { Supervisor } from './supervisor.ts'

const maxBodyBytes = 4_096
const maxBurst = 10_000
const instanceTimeoutMs = 2_000

/**
 * What scripts and people steer the fleet by, on the loopback interface: `GET /fleet`, `POST /fleet/<module id>/faults` and
 * `POST /burst`.
 */
export class ControlServer {
  readonly #supervisor: Supervisor
  readonly #feeder: Feeder
  readonly #signal: AbortSignal
  readonly #http: Server

  /** Bursts under way end with `signal`. */
  constructor(supervisor: Supervisor, feeder: Feeder, signal: AbortSignal) {
    this.#supervisor = supervisor
    this.#feeder = feeder
    this.#signal = signal
    this.#http = createServer((req, res) => void this.#answer(req, res))
  }

  /** Resolves with its address. Rejects when the port is taken. */
  async listen(port: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#http.once('error', reject)
    this.#http.listen(port, '127.0.0.1', resolve)
    await promise
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#http.close(() => closed.resolve())
    this.#http.closeAllConnections()
    await closed.promise
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      sendJson(res, 200, await this.#route(req))
    } catch (error) {
      const { status, code, message } = error instanceof ModuleError ? error : describeFault(error)
      sendJson(res, status, { error: { code, message } })
    }
  }

  async #route(req: IncomingMessage): Promise<unknown> {
    const route = `${req.method} ${req.url?.split('?', 1)[0]}`
    if (route === 'GET /fleet') return this.#describe()
    if (route === 'POST /burst') {
      return this.#feeder.burst(readCount(await readJson(req, maxBodyBytes)), this.#signal)
    }
    const moduleId = /^POST \/fleet\/([a-z0-9-]+)\/faults$/.exec(route)?.[1]
    if (moduleId !== undefined) return this.#switchFaults(moduleId, await readJson(req, maxBodyBytes))
    throw new ModuleError('NOT_FOUND', `There is no ${route} here.`, { status: 404 })
  }

  async #describe() {
    const { modules, instances } = this.#supervisor
    const described = await Promise.all(instances.map(describeInstance))
    return {
      modules: modules.map(({ declaration: { id, name, category, capabilities } }) => ({
        id,
        name,
        category,
        types: capabilities.map(({ type }) => type),
        instances: described.filter((_, index) => instances[index]?.moduleId === id),
      })),
      feeder: this.#feeder.stats,
    }
  }

  /** Switches one instance when the body names it, else all of the module. */
  async #switchFaults(moduleId: string, body: unknown) {
    const { instance: name, ...fault } = Object(body) as Record<string, unknown>
    const all = this.#supervisor.instances.filter(instance => instance.moduleId === moduleId)
    if (all.length === 0)
      throw new ModuleError('NOT_FOUND', `There is no module ${moduleId} in the fleet.`, { status: 404 })
    const chosen = name === undefined ? all : all.filter(instance => instance.name === name)
    if (chosen.length === 0) {
      const names = all.map(instance => instance.name).join(', ')
      throw new ModuleError('NOT_FOUND', `${moduleId} has no such instance; it has ${names}.`, { status: 404 })
    }
    return { moduleId, instances: await Promise.all(chosen.map(instance => switchFault(instance, fault))) }
  }
}

async function switchFault({ name, endpoint }: InstanceProcess, fault: unknown) {
  const signal = AbortSignal.timeout(instanceTimeoutMs)
  const { status, body } = await requestJson(`${endpoint}/faults`, { method: 'POST', body: fault, signal })
  if (status === 200) return { name, endpoint, fault: body }
  const { code, message } = (body as { error: { code: string; message: string } }).error
  throw new ModuleError(code, message, { status })
}

async function describeInstance({ name, endpoint, pid, isListening, restarts }: InstanceProcess) {
  const signal = AbortSignal.timeout(instanceTimeoutMs)
  const read = (path: string) => requestJson(`${endpoint}${path}`, { method: 'GET', signal }).catch(() => null)
  const [fault, health] = isListening ? await Promise.all([read('/faults'), read('/health')]) : [null, null]
  return { name, endpoint, pid, isListening, restarts, fault: fault?.body ?? null, health: health?.body ?? null }
}

function readCount(body: unknown): number {
  const { count } = Object(body) as { count?: unknown }
  if (Number.isInteger(count) && Number(count) >= 1 && Number(count) <= maxBurst) return Number(count)
  throw new ModuleError('INVALID_COUNT', `count must be a whole number from 1 to ${maxBurst}.`, { status: 400 })
}

function describeFault(error: unknown): { status: number; code: string; message: string } {
  return { status: 502, code: 'INSTANCE_UNREACHABLE', message: error instanceof Error ? error.message : String(error) }
}
