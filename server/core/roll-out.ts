import { DeploymentRunner, type DeploymentRunnerOptions } from './deployments/deployment-runner.ts'
import { DeploymentService, type DeploymentServiceOptions } from './deployments/deployment-service.ts'
import { GiveUpWatch, type GiveUpWatchOptions } from './dispatch/give-up-watch.ts'

type RollOutParts = DeploymentRunnerOptions & Omit<DeploymentServiceOptions, 'runner'> & GiveUpWatchOptions

/** How versions come in and instances go out on this replica: deployments, and calls that are given up when their time is over. */
export class RollOut {
  readonly operations: DeploymentService
  readonly #runner: DeploymentRunner
  readonly #giveUps: GiveUpWatch

  constructor(parts: RollOutParts) {
    this.#runner = new DeploymentRunner(parts)
    this.operations = new DeploymentService({ ...parts, runner: this.#runner })
    this.#giveUps = new GiveUpWatch(parts)
  }

  /** To be called after the registry was started. */
  start(): void {
    this.#runner.start()
    this.#giveUps.start()
  }

  async stop(): Promise<void> {
    this.#giveUps.stop()
    await this.#runner.stop()
  }
}
