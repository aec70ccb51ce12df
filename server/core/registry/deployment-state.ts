import type { DeploymentState } from '../../contracts/deployments.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { DeploymentRecord, InstanceRecord, ModuleRecord } from './module-record.ts'

/** Which part of the calls goes to the instances of one version while it is being deployed. */
export interface TrafficSplit {
  version: string
  /** 0-1. */
  share: number
}

/** Whether anything of it can still happen. */
export function isUnderWay({ state }: { state: DeploymentState }): boolean {
  return state !== 'completed' && state !== 'rolled_back'
}

/** The part of the calls that the new version is to get where the deployment stands, 0-1. */
export function shareOf({ state, steps, step }: Pick<DeploymentRecord, 'state' | 'steps' | 'step'>): number {
  switch (state) {
    case 'joining':
    case 'stopped':
    case 'rolling_back':
    case 'rolled_back':
      return 0
    case 'stepping':
    case 'paused':
      return (steps[step] ?? 0) / 100
    case 'draining':
    case 'completed':
      return 1
  }
}

/** How calls of a module are split by version now; null when they are not. */
export function trafficSplit({ deployment }: Pick<ModuleRecord, 'deployment'>): TrafficSplit | null {
  if (deployment === null || !isUnderWay(deployment)) return null
  return { version: deployment.version, share: shareOf(deployment) }
}

/** The instances of a module by the sides of its deployment. */
export function sidesOf(module: Pick<ModuleRecord, 'instances'>, { version }: Pick<DeploymentRecord, 'version'>) {
  const sides: Record<'fresh' | 'old', InstanceRecord[]> = { fresh: [], old: [] }
  for (const instance of module.instances) sides[instance.version === version ? 'fresh' : 'old'].push(instance)
  return sides
}

/** Throws DEPLOYMENT_UNDER_WAY. */
export function refuseWhileDeploying({ id, deployment }: ModuleRecord): void {
  if (deployment === null || !isUnderWay(deployment)) return
  throw new QuarterdeckError('DEPLOYMENT_UNDER_WAY', {
    message: `Version ${deployment.version} of module "${id}" is being deployed.`,
    action: 'Let the deployment end, or roll it back first.',
    details: { id, version: deployment.version, state: deployment.state },
  })
}
