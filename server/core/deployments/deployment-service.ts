import type { DeployModule, DeploymentProgress } from '../../contracts/deployments.ts'
import type { ModuleView } from '../../contracts/modules.ts'
import type { DeploymentOperations } from '../operations.ts'
import type { DeploymentMove } from '../registry/decide-deployment.ts'
import type { ModuleRegistry } from '../registry/module-registry.ts'
import type { Principal } from '../shared/principal.ts'
import type { DeploymentRunner } from './deployment-runner.ts'

export interface DeploymentServiceOptions {
  registry: Pick<ModuleRegistry, 'deploy' | 'moveDeployment' | 'require'>
  runner: Pick<DeploymentRunner, 'progress'>
  modules: { get(tenantId: string, id: string): ModuleView }
}

/** What people do with deployments; the runner does the rest. */
export class DeploymentService implements DeploymentOperations {
  readonly #options: DeploymentServiceOptions

  constructor(options: DeploymentServiceOptions) {
    this.#options = options
  }

  async start(by: Principal, input: DeployModule): Promise<ModuleView> {
    await this.#options.registry.deploy(by, input)
    return this.#options.modules.get(by.tenantId, input.id)
  }

  progress(tenantId: string, moduleId: string): Promise<DeploymentProgress> {
    return this.#options.runner.progress(tenantId, moduleId)
  }

  pause(by: Principal, moduleId: string, reason: string | null): Promise<ModuleView> {
    return this.#move(by, moduleId, { kind: 'pause', reason })
  }

  resume(by: Principal, moduleId: string): Promise<ModuleView> {
    return this.#move(by, moduleId, { kind: 'resume' })
  }

  advance(by: Principal, moduleId: string, step: number): Promise<ModuleView> {
    const { deployment } = this.#options.registry.require(by.tenantId, moduleId)
    const isPastLast = deployment !== null && step === deployment.steps.length && deployment.step === step - 1
    return this.#move(by, moduleId, isPastLast ? { kind: 'drain' } : { kind: 'step', step })
  }

  rollBack(by: Principal, moduleId: string, reason: string): Promise<ModuleView> {
    return this.#move(by, moduleId, { kind: 'roll_back', reason })
  }

  async #move(by: Principal, moduleId: string, move: DeploymentMove): Promise<ModuleView> {
    await this.#options.registry.moveDeployment(by, { moduleId, deploymentId: null, isQuiet: false }, move)
    return this.#options.modules.get(by.tenantId, moduleId)
  }
}
