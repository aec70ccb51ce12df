import type { AuditAction } from '../../contracts/audit-areas.ts'
import { limits } from '../../contracts/common.ts'
import type { DeployModule, DeploymentState } from '../../contracts/deployments.ts'
import type { EventType } from '../../contracts/events.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { isUnderWay, refuseWhileDeploying, shareOf, sidesOf } from './deployment-state.ts'
import { inOrder } from './instance-identity.ts'
import {
  type Act,
  configurationChange,
  deploymentChange,
  instanceChange,
  moduleAudit,
  moduleEvent,
  requireModule,
  takenOut,
} from './module-change.ts'
import { invalidInput } from './module-errors.ts'
import type { DeploymentRecord, InstanceRecord, ModuleRecord } from './module-record.ts'
import type { ModuleChange, RegistryState } from './module-store.ts'

/** A deployment whose instances were checked. */
export interface PreparedDeployment {
  input: DeployModule
  id: string
  instances: readonly InstanceRecord[]
}

/** A move of a deployment. `reason` is kept with it when it stands for something to read. */
export type DeploymentMove =
  | { kind: 'step'; step: number }
  | { kind: 'drain' }
  | { kind: 'complete' }
  | { kind: 'stop'; reason: string }
  | { kind: 'pause'; reason: string | null }
  | { kind: 'resume' }
  | { kind: 'roll_back'; reason: string }
  | { kind: 'leave' }

const from: Record<DeploymentMove['kind'], readonly DeploymentState[]> = {
  step: ['joining', 'stepping'],
  drain: ['stepping'],
  complete: ['draining'],
  stop: ['joining', 'stepping', 'paused'],
  pause: ['joining', 'stepping'],
  resume: ['paused', 'stopped'],
  roll_back: ['joining', 'stepping', 'draining', 'paused', 'stopped'],
  leave: ['rolling_back'],
}

const acts: Record<DeploymentMove['kind'], { event: EventType | null; action: AuditAction }> = {
  step: { event: 'deployment.stepped', action: 'deployment.stepped' },
  drain: { event: 'deployment.stepped', action: 'deployment.stepped' },
  complete: { event: 'deployment.completed', action: 'deployment.completed' },
  stop: { event: 'deployment.stopped', action: 'deployment.stopped' },
  pause: { event: 'deployment.paused', action: 'deployment.paused' },
  resume: { event: 'deployment.continued', action: 'deployment.continued' },
  roll_back: { event: null, action: 'deployment.rollback_requested' },
  leave: { event: 'deployment.rolled_back', action: 'deployment.rolled_back' },
}

/**
 * New instances of another version join; they get no calls before the first step. Throws MODULE_NOT_FOUND,
 * DEPLOYMENT_UNDER_WAY, INVALID_INPUT (the version runs already, or an endpoint is taken, or there are too many).
 */
export function decideDeploy(
  state: RegistryState,
  { input, id, instances }: PreparedDeployment,
  act: Act,
): ModuleChange {
  const before = requireModule(state, input.id)
  refuseWhileDeploying(before)
  requireNew(before, input.version, instances)
  const deployment: DeploymentRecord = {
    id,
    version: input.version,
    fromVersions: [...new Set(before.instances.map(({ version }) => version))],
    state: 'joining',
    steps: input.steps,
    step: -1,
    round: 1,
    minCalls: input.minCalls,
    minStepMs: input.minStepMs,
    tolerance: input.tolerance,
    healthyWithinMs: input.healthyWithinMs,
    drainWithinMs: input.drainWithinMs,
    startedBy: act.by.name,
    startedAt: act.now,
    since: act.now,
    endedAt: null,
    reason: null,
    reasonBy: null,
  }
  const { version, steps } = deployment
  const facts = { deploymentId: id, version, from: deployment.fromVersions, steps }
  return {
    moduleId: before.id,
    before,
    after: { ...before, instances: inOrder([...before.instances, ...instances]), deployment, updatedAt: act.now },
    configChanges: [
      deploymentChange(before.id, deployment),
      ...instances.map(instance => instanceChange(before.id, instance.id, instance)),
    ],
    audit: moduleAudit(act, 'deployment.started', before.id, null, {
      ...facts,
      endpoints: instances.map(({ endpoint }) => endpoint),
    }),
    events: [moduleEvent(act, 'deployment.started', before.id, facts)],
  }
}

/**
 * Moves a deployment on. Null when it is another one by now, or not in a state that the move starts from and nobody waits for an
 * answer (`isQuiet`). Throws MODULE_NOT_FOUND, DEPLOYMENT_NOT_UNDER_WAY.
 */
export function decideMove(
  state: RegistryState,
  target: { moduleId: string; deploymentId: string | null; isQuiet: boolean },
  move: DeploymentMove,
  act: Act,
): ModuleChange | null {
  const before = requireModule(state, target.moduleId)
  const { deployment } = before
  const isOther = target.deploymentId !== null && deployment?.id !== target.deploymentId
  if (deployment === null || isOther || !from[move.kind].includes(deployment.state) || !isNext(deployment, move)) {
    if (target.isQuiet) return null
    throw notUnderWay(before, move)
  }
  const after = afterMove(state, before, moved(deployment, move, act), move, act)
  return describeMove(before, after, move, act)
}

/** A step is taken once, however often it is asked for. */
function isNext({ step }: DeploymentRecord, move: DeploymentMove): boolean {
  return move.kind !== 'step' || move.step === step + 1
}

function moved(deployment: DeploymentRecord, move: DeploymentMove, act: Act): DeploymentRecord {
  const on = { ...deployment, round: deployment.round + 1, since: act.now, reason: null, reasonBy: null }
  const because = { reasonBy: act.by.name }
  switch (move.kind) {
    case 'step':
      return { ...on, state: 'stepping', step: move.step }
    case 'drain':
      return { ...on, state: 'draining' }
    case 'complete':
      return { ...on, state: 'completed', endedAt: act.now }
    case 'stop':
      return { ...on, ...because, state: 'stopped', reason: move.reason }
    case 'pause':
      return { ...on, ...because, state: 'paused', reason: move.reason }
    case 'resume':
      return { ...on, state: deployment.step < 0 ? 'joining' : 'stepping' }
    case 'roll_back':
      return { ...on, ...because, state: 'rolling_back', reason: move.reason }
    case 'leave':
      return {
        ...on,
        state: 'rolled_back',
        endedAt: act.now,
        reason: deployment.reason,
        reasonBy: deployment.reasonBy,
      }
  }
}

/** The module with instances taken out, put back or removed as the move says. */
function afterMove(
  state: RegistryState,
  before: ModuleRecord,
  deployment: DeploymentRecord,
  move: DeploymentMove,
  act: Act,
): ModuleRecord {
  const { fresh, old } = sidesOf(before, deployment)
  const after: ModuleRecord = { ...before, deployment, updatedAt: act.now }
  const isOut = (reason: string) => (instance: InstanceRecord) => ({
    ...instance,
    out: instance.out ?? { ...takenOut(act, reason, deployment.drainWithinMs), deploymentId: deployment.id },
  })
  const isBack = (instance: InstanceRecord) =>
    instance.out?.deploymentId === deployment.id ? { ...instance, out: null, inRotationSince: act.now } : instance
  switch (move.kind) {
    case 'drain':
      return {
        ...after,
        instances: inOrder([...fresh, ...old.map(isOut(`Replaced by version ${deployment.version}`))]),
      }
    case 'roll_back':
      return {
        ...after,
        instances: inOrder([...old.map(isBack), ...fresh.map(isOut(`Rolled back: ${move.reason}`))]),
      }
    case 'complete':
      return { ...after, instances: fresh, version: deployment.version, configVersion: state.lastConfigVersion + 1 }
    case 'leave':
      return { ...after, instances: old }
    default:
      return after
  }
}

function describeMove(before: ModuleRecord, after: ModuleRecord, move: DeploymentMove, act: Act): ModuleChange {
  const deployment = after.deployment!
  const remaining = new Map(after.instances.map(instance => [instance.id, instance]))
  const touched = before.instances.filter(instance => remaining.get(instance.id) !== instance)
  const { event, action } = acts[move.kind]
  const facts = {
    deploymentId: deployment.id,
    version: deployment.version,
    state: deployment.state,
    percent: Math.round(100 * shareOf(deployment)),
    reason: deployment.reason,
  }
  return {
    moduleId: before.id,
    before,
    after,
    configChanges: [
      deploymentChange(before.id, deployment),
      ...touched.map(({ id }) => instanceChange(before.id, id, remaining.get(id) ?? null)),
      ...(move.kind === 'complete' ? [configurationChange(after)] : []),
    ],
    audit: moduleAudit(act, action, before.id, deployment.reason, facts),
    events: event === null ? [] : [moduleEvent(act, event, before.id, facts)],
  }
}

function requireNew(module: ModuleRecord, version: string, instances: readonly InstanceRecord[]): void {
  if (module.instances.some(instance => instance.version === version)) {
    throw invalidInput(`Version ${version} of module "${module.id}" runs already.`, { id: module.id, field: 'version' })
  }
  const taken = instances.find(({ id }) => module.instances.some(present => present.id === id))
  if (taken) {
    throw invalidInput(`${taken.endpoint} is already an instance of module "${module.id}".`, {
      endpoint: taken.endpoint,
    })
  }
  const most = limits.instancesPerModule
  if (module.instances.length + instances.length > most) {
    throw invalidInput(`Module "${module.id}" would have more than ${most} instances.`, { id: module.id })
  }
}

function notUnderWay({ id, deployment }: ModuleRecord, { kind }: DeploymentMove): QuarterdeckError {
  const stands = deployment === null ? 'none was started' : `it is ${deployment.state.replaceAll('_', ' ')}`
  const isOver = deployment === null || !isUnderWay(deployment)
  return new QuarterdeckError('DEPLOYMENT_NOT_UNDER_WAY', {
    message: isOver
      ? `No deployment of module "${id}" is under way: ${stands}.`
      : `The deployment of module "${id}" cannot do that now (${kind.replaceAll('_', ' ')}): ${stands}.`,
    action: 'Look at the module again; somebody may have moved it on.',
    details: { id, state: deployment?.state ?? null, step: deployment?.step ?? null },
  })
}
