import type { FleetModule } from '../shared/declaration.ts'
import { InstanceProcess } from './instance-process.ts'

export interface SupervisorOptions {
  modules: readonly FleetModule[]
  /** The port each instance had the last time, by its name: the same port is the same instance to the control center. */
  formerPorts: Readonly<Record<string, number>>
  environment: NodeJS.ProcessEnv
  /** Called when an instance that was replaced listens elsewhere than before. */
  onMoved: () => void
}

/** Starts the processes of all modules, keeps them running, and tells them where the others are. */
export class Supervisor {
  readonly modules: readonly FleetModule[]
  readonly instances: readonly InstanceProcess[]
  readonly #onMoved: () => void
  #isStarted = false
  #announced = ''

  constructor({ modules, formerPorts, environment, onMoved }: SupervisorOptions) {
    this.modules = modules
    this.#onMoved = onMoved
    this.instances = modules.flatMap(({ declaration, instances }) =>
      Array.from({ length: instances }, (_, index) => {
        const name = `${declaration.id}-${index + 1}`
        const port = formerPorts[name] ?? 0
        return new InstanceProcess({ moduleId: declaration.id, name, port, environment, onListening: this.#announce })
      }),
    )
  }

  /** Resolves when every instance listens; rejects, with all of them stopped, when one does not come up. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.instances.map(instance => instance.start()))
    } catch (error) {
      await this.stop()
      throw error
    }
    this.#isStarted = true
    this.#announced = JSON.stringify(this.endpoints())
    this.#tellPeers(this.instances)
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map(instance => instance.stop()))
  }

  /** Where the instances of each module are, by module id. */
  endpoints(): Record<string, string[]> {
    const groups = Map.groupBy(this.instances, ({ moduleId }) => moduleId)
    return Object.fromEntries([...groups].map(([id, instances]) => [id, instances.map(({ endpoint }) => endpoint)]))
  }

  /** The port of each instance by its name. */
  ports(): Record<string, number> {
    return Object.fromEntries(this.instances.map(({ name, port }) => [name, port]))
  }

  readonly #announce = (instance: InstanceProcess): void => {
    if (!this.#isStarted) return
    const endpoints = JSON.stringify(this.endpoints())
    const hasMoved = endpoints !== this.#announced
    this.#announced = endpoints
    this.#tellPeers(hasMoved ? this.instances : [instance])
    if (hasMoved) this.#onMoved()
  }

  #tellPeers(instances: readonly InstanceProcess[]): void {
    const endpoints = this.endpoints()
    for (const instance of instances) instance.send({ kind: 'peers', endpoints })
  }
}
