import type { DeploymentProgress, VersionCalls } from '../../contracts/deployments.ts'
import type { LoadTable } from '../balancing/load-table.ts'
import type { HealthBoard } from '../health/health-board.ts'
import { Duty } from '../queue/duty.ts'
import type { InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import type { ModuleRegistry } from '../registry/module-registry.ts'
import { toDeploymentView } from '../registry/views.ts'
import type { BreakerBoard } from '../resilience/breaker-board.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import { systemPrincipal } from '../shared/principal.ts'
import { DeploymentTally } from './deployment-tally.ts'
import type { DeploymentTallyStore, VersionTally } from './deployment-tally-store.ts'
import { type InstanceStanding, judgeDeployment, type Verdict } from './judge-deployment.ts'

export interface DeploymentRunnerOptions {
  registry: Pick<ModuleRegistry, 'require' | 'moveDeployment' | 'tenants' | 'list' | 'onChange'>
  tallies: DeploymentTallyStore
  health: Pick<HealthBoard, 'instance'>
  breakers: Pick<BreakerBoard, 'state'>
  load: LoadTable
  clock: Clock
  logger: Logger
  /** Whether moving deployments on is this replica's duty now. */
  isMover: () => boolean
}

const everyMs = 1_000

/**
 * Carries deployments: every replica adds up the calls it makes, and the one whose duty it is moves them on. What a deployment
 * is lives in its module's record, so it goes on after any replica died, where it was.
 */
export class DeploymentRunner {
  readonly #options: DeploymentRunnerOptions
  readonly #tally: DeploymentTally
  readonly #duty: Duty
  #stopFollowing = () => {}

  constructor(options: DeploymentRunnerOptions) {
    this.#options = options
    const { clock, logger, load } = options
    this.#tally = new DeploymentTally(load)
    this.#duty = new Duty({ name: 'deployments', clock, logger, retryMs: everyMs, run: () => this.#step() })
  }

  /** To be called after the registry was started. */
  start(): void {
    this.#stopFollowing = this.#tally.follow(this.#options.registry)
    this.#duty.start(everyMs)
  }

  /** Lets a move under way end, and writes what was counted. */
  async stop(): Promise<void> {
    this.#stopFollowing()
    await this.#duty.stop()
    await this.#write().catch((error: unknown) => {
      this.#options.logger.warn({ error }, 'calls of deployments could not be written')
    })
  }

  /** How the deployment of a module goes, or went. Throws MODULE_NOT_FOUND, DEPLOYMENT_NOT_UNDER_WAY when there was none. */
  async progress(tenantId: string, moduleId: string): Promise<DeploymentProgress> {
    const module = this.#options.registry.require(tenantId, moduleId)
    const { deployment } = module
    if (deployment === null) {
      throw new QuarterdeckError('DEPLOYMENT_NOT_UNDER_WAY', {
        message: `No version of module "${moduleId}" was ever deployed.`,
        action: 'Deploy one with modules.deploy.',
        details: { id: moduleId, state: null, step: null },
      })
    }
    const tallies = await this.#options.tallies.read(tenantId, moduleId, deployment.id)
    const callsOf = (own: readonly VersionTally[]) => versionCalls(own, deployment)
    return {
      deployment: toDeploymentView(deployment),
      now: callsOf(tallies.filter(({ round }) => round === deployment.round)),
      steps: deployment.steps.map((percent, step) => ({
        step,
        percent,
        versions: callsOf(tallies.filter(tally => tally.step === step)),
      })),
      waitingFor: this.#judge(module, tallies).waitingFor,
    }
  }

  async #step(): Promise<number> {
    await this.#write()
    if (!this.#options.isMover()) return everyMs
    for (const module of this.#tally.modules()) await this.#move(module)
    return everyMs
  }

  async #write(): Promise<void> {
    const entries = this.#tally.take()
    if (entries.length === 0) return
    try {
      await this.#options.tallies.add(entries)
    } catch (error) {
      this.#tally.putBack(entries)
      throw error
    }
  }

  async #move(module: ModuleRecord): Promise<void> {
    const { registry, tallies, logger } = this.#options
    const { tenantId, id: moduleId, deployment } = module
    if (deployment === null) return
    const { move } = this.#judge(module, await tallies.read(tenantId, moduleId, deployment.id))
    if (move === null) return
    const target = { moduleId, deploymentId: deployment.id, isQuiet: true }
    await registry.moveDeployment(systemPrincipal(tenantId), target, move)
    logger.info({ moduleId, version: deployment.version, move: move.kind }, 'a deployment moved on')
  }

  #judge(module: ModuleRecord, tallies: readonly VersionTally[]): Verdict {
    const { deployment } = module
    if (deployment === null) return { move: null, waitingFor: null }
    const now = this.#options.clock.now()
    return judgeDeployment({ module, deployment, tallies, now, standingOf: each => this.#standingOf(module, each) })
  }

  #standingOf({ tenantId, id: moduleId }: ModuleRecord, { id: instanceId }: InstanceRecord): InstanceStanding {
    const { health, breakers, load } = this.#options
    const key = { tenantId, moduleId, instanceId }
    const { state, reason } = health.instance(tenantId, moduleId, instanceId)
    return { state, reason, isBreakerOpen: breakers.state(key) === 'open', inFlight: load.inFlight(key) }
  }
}

function versionCalls(
  tallies: readonly VersionTally[],
  { version: newVersion, fromVersions }: { version: string; fromVersions: readonly string[] },
): VersionCalls[] {
  const total = tallies.reduce((sum, { calls }) => sum + calls, 0)
  const versions = new Set([newVersion, ...fromVersions, ...tallies.map(({ version }) => version)])
  return [...versions].map(version => {
    const own = tallies.filter(tally => tally.version === version)
    const calls = own.reduce((sum, tally) => sum + tally.calls, 0)
    const failures = own.reduce((sum, tally) => sum + tally.failures, 0)
    return { version, isNew: version === newVersion, calls, failures, share: total === 0 ? null : calls / total }
  })
}
