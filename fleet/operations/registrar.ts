import type { ModuleView } from '#server/contracts/modules.ts'
import type { FleetModule } from '../shared/declaration.ts'
import { BackOff } from './back-off.ts'
import { type ControlCenter, ControlCenterError, isRefusal } from './control-center.ts'

export interface RegistrarOptions {
  center: ControlCenter
  modules: readonly FleetModule[]
  /** Where the instances of each module are now. */
  endpoints: () => Record<string, string[]>
  /** Told once all is registered, and of refusals that no retry will change. */
  say: (line: string) => void
}

/**
 * Makes the control center's registry show the fleet as it is. Can be repeated at any time: a module that is known already
 * keeps all that operators have changed, and gets only its addresses put right. Addresses of a module on this machine's
 * loopback interface that are not of this fleet are taken for those of a fleet that is gone.
 */
export class Registrar {
  readonly #options: RegistrarOptions
  readonly #backOff = new BackOff()
  #running: Promise<void> | null = null
  #isWanted = false

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /** Resolves when the registry is right, or `signal` has aborted. A call while one runs makes that one go over it again. */
  sync(signal: AbortSignal): Promise<void> {
    this.#isWanted = true
    this.#running ??= this.#run(signal).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { modules, say } = this.#options
    while (this.#isWanted && !signal.aborted) {
      try {
        await this.#backOff.wait(signal)
        this.#isWanted = false
        for (const module of modules) await this.#syncModule(module, signal)
        this.#backOff.succeeded()
        say(`fleet: ${modules.length} modules registered`)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof ControlCenterError)) throw error
        if (error.retryable) this.#isWanted = true
        else say(`fleet: not registered: ${error.message} (${error.code})`)
        this.#backOff.refused(error.retryAfterMs)
      }
    }
  }

  async #syncModule(module: FleetModule, signal: AbortSignal): Promise<void> {
    const { center, endpoints } = this.#options
    const present = endpoints()[module.declaration.id] ?? []
    const instances = present.map(endpoint => ({ endpoint, capacity: module.capacity }))
    try {
      await center.mutate('modules.register', { ...module.declaration, instances }, signal)
    } catch (error) {
      if (!isRefusal(error, 'MODULE_EXISTS')) throw error
      await this.#syncInstances(module, present, signal)
    }
  }

  async #syncInstances({ declaration, capacity }: FleetModule, present: string[], signal: AbortSignal): Promise<void> {
    const { center } = this.#options
    const moduleId = declaration.id
    const { instances } = await center.query<ModuleView>('modules.get', { id: moduleId }, signal)
    const known = new Set(instances.map(({ endpoint }) => trimSlash(endpoint)))
    // New ones first, so that the module is never without any.
    for (const endpoint of present.filter(address => !known.has(address))) {
      await center.mutate('instances.register', { moduleId, endpoint, capacity }, signal)
    }
    for (const { id, endpoint } of instances) {
      if (!isLoopback(endpoint) || present.includes(trimSlash(endpoint))) continue
      await center.mutate('instances.deregister', { moduleId, instanceId: id }, signal).catch(passIfGone)
    }
  }
}

function passIfGone(error: unknown): void {
  if (!isRefusal(error, 'INSTANCE_NOT_FOUND')) throw error
}

function isLoopback(endpoint: string): boolean {
  return new URL(endpoint).hostname === '127.0.0.1'
}

function trimSlash(endpoint: string): string {
  return endpoint.replace(/\/$/, '')
}
