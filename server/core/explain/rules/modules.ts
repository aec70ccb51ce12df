import type { Constraint, Remedy } from '../../../contracts/explain.ts'
import { describeResources } from '../../../contracts/resources.ts'
import { isEnough } from '../../queue/resources.ts'
import { describeDuration } from '../../resilience/describe-duration.ts'
import type { ConstraintRule, InstanceFacts, ModuleFacts, Situation } from '../situation.ts'
import { pauseConstraint } from './pauses.ts'

/** Nothing that could run it can take a call now: one constraint for each module, with what is wrong with it. */
export const noRoute: ConstraintRule = situation => {
  const { task, modules } = situation
  if (modules.length === 0) return noModule(situation)
  const constraints = modules.map(module => whyClosed(module, situation))
  if (constraints.includes(null)) return null
  const unpin: Remedy[] = task.lane.pinnedModuleId
    ? [{ text: 'Cancel it and submit it without moduleId, so that any module may run it', href: null }]
    : []
  return constraints.flatMap(constraint =>
    constraint ? [{ ...constraint, unblock: [...constraint.unblock, ...unpin] }] : [],
  )
}

function noModule({ task }: Situation): Constraint {
  const { taskType, pinnedModuleId } = task.lane
  const what = pinnedModuleId
    ? `Module ${pinnedModuleId}, which it is pinned to, cannot run ${taskType} any more`
    : `No module can run ${taskType}`
  return {
    kind: 'no_module',
    title: what,
    evidence: 'No registered module has the capability',
    unblock: [{ text: `Register a module with the capability ${taskType}`, href: '/modules' }],
    since: null,
    etaMs: null,
  }
}

/** What keeps a module from taking a call; null when it could. */
function whyClosed(module: ModuleFacts, { now, task, pauses }: Situation): Constraint | null {
  const { record, instances } = module
  const page = `/modules/${record.id}`
  if (!record.enabled) {
    const { disabled } = record
    return {
      kind: 'module_disabled',
      title: `Module ${record.id} is disabled`,
      evidence: disabled ? `by ${disabled.by}: ${disabled.reason}` : 'It was disabled',
      unblock: [{ text: `Enable ${record.id}`, href: page }],
      since: disabled ? new Date(disabled.at).toISOString() : null,
      etaMs: null,
    }
  }
  const pause = pauses.find(({ scope, id }) => scope === 'module' && id === record.id)
  if (pause) return pauseConstraint('module_paused', `Module ${record.id} is paused`, pause, page)
  if (!isEnough(record.resources, task.lane.resources)) {
    return {
      kind: 'resources',
      title: `Module ${record.id} offers too few resources`,
      evidence: `${describeResources(task.lane.resources)} needed, ${describeResources(record.resources)} declared for a call`,
      unblock: [{ text: `Raise what ${record.id} declares, where its instances have it`, href: page }],
      since: null,
      etaMs: null,
    }
  }
  if (instances.length === 0) {
    return {
      kind: 'no_instance',
      title: `Module ${record.id} has no instance`,
      evidence: 'Nothing is registered that could be called',
      unblock: [{ text: `Register an instance of ${record.id}`, href: page }],
      since: null,
      etaMs: null,
    }
  }
  const inRotation = instances.filter(instance => instance.record.out === null)
  if (inRotation.length === 0) return outOfRotation(module, page)
  const healthy = inRotation.filter(instance => instance.health.state !== 'unhealthy')
  if (healthy.length === 0) return unhealthy(record.id, inRotation, page)
  const admitted = healthy.filter(instance => instance.isAdmitted)
  if (admitted.length === 0) return breakersOpen(module, healthy, now)
  const inFlight = instances.reduce((sum, instance) => sum + instance.inFlight, 0)
  if (module.limit !== null && inFlight >= module.limit) return atLimit(module, inFlight)
  return admitted.some(instance => instance.inFlight < instance.record.capacity) ? null : full(module, admitted, page)
}

function outOfRotation({ record, instances }: ModuleFacts, page: string): Constraint {
  const outs = instances.flatMap(({ record: { out } }) => out ?? [])
  // It could be called until the last of them was taken out.
  const last = outs.reduce((later, out) => (out.at > later.at ? out : later))
  return {
    kind: 'out_of_rotation',
    title:
      instances.length === 1
        ? `The instance of ${record.id} is out of rotation`
        : `All ${instances.length} instances of ${record.id} are out of rotation`,
    evidence: `taken out by ${last.by}: ${last.reason}`,
    unblock: [{ text: `Put an instance of ${record.id} back`, href: page }],
    since: new Date(last.at).toISOString(),
    etaMs: null,
  }
}

function unhealthy(moduleId: string, instances: readonly InstanceFacts[], page: string): Constraint {
  const readings = instances.map(({ health }) => health)
  const since = readings.map(({ at }) => at).findLast(at => at !== null) ?? null
  return {
    kind: 'module_unhealthy',
    title:
      instances.length === 1
        ? `Module ${moduleId} is down`
        : `All ${instances.length} instances of ${moduleId} are down`,
    evidence: readings[0]?.reason ?? 'Its health checks fail',
    unblock: [{ text: `Bring ${moduleId} back; it is checked again by itself`, href: page }],
    since: since === null ? null : new Date(since).toISOString(),
    etaMs: null,
  }
}

function breakersOpen({ record }: ModuleFacts, instances: readonly InstanceFacts[], now: number): Constraint {
  const breakers = instances.flatMap(({ breaker }) => breaker ?? [])
  const probes = breakers.flatMap(({ nextProbeAt }) => (nextProbeAt === null ? [] : [Date.parse(nextProbeAt)]))
  const forced = breakers.find(breaker => breaker.forced?.state === 'open')
  const probeAt = probes.length > 0 ? Math.min(...probes) : null
  const failure = breakers.find(({ lastFailure }) => lastFailure)?.lastFailure
  const held = forced?.forced ? `held open by ${forced.forced.by}: ${forced.forced.reason}` : null
  const failed = failure ? `last failure ${failure.code}: ${failure.message}` : 'it opened after failures'
  const isProbing = breakers.some(({ state }) => state === 'half_open') || (probeAt !== null && probeAt <= now)
  const expiry = forced?.forced?.expiresAt ?? null
  return {
    kind: 'breaker_open',
    title: `The breaker of ${record.id} is open`,
    evidence: held ?? (isProbing ? `${failed}; a probe decides whether it closes` : failed),
    unblock: [
      ...(probeAt === null || isProbing
        ? []
        : [{ text: `Wait for its probe in ${describeDuration(probeAt - now)}`, href: null }]),
      { text: `Reset the breaker of ${record.id}`, href: `/breakers?module=${record.id}` },
    ],
    since: breakers.map(({ since }) => since).sort()[0] ?? null,
    etaMs:
      probeAt !== null ? Math.max(0, probeAt - now) : expiry === null ? null : Math.max(0, Date.parse(expiry) - now),
  }
}

function atLimit({ record, limit, meanMs }: ModuleFacts, inFlight: number): Constraint {
  return {
    kind: 'module_limit',
    title: `Module ${record.id} is at its concurrency limit`,
    evidence: `${inFlight} ${inFlight === 1 ? 'call' : 'calls'} in flight, ${limit} allowed here by the queue policy`,
    unblock: [
      { text: 'Wait for a call to end', href: null },
      { text: `Raise the limit of ${record.id}`, href: '/settings?tab=queue' },
    ],
    since: null,
    etaMs: meanMs === null ? null : Math.round(meanMs / Math.max(1, inFlight)),
  }
}

function full({ record, meanMs }: ModuleFacts, instances: readonly InstanceFacts[], page: string): Constraint {
  const slots = instances.reduce((sum, instance) => sum + instance.record.capacity, 0)
  const inFlight = instances.reduce((sum, instance) => sum + instance.inFlight, 0)
  return {
    kind: 'module_full',
    title: `Module ${record.id} is full`,
    evidence: `${inFlight} of ${slots} slots in use`,
    unblock: [
      { text: 'Wait for a call to end', href: null },
      { text: `Add an instance of ${record.id}, or raise its capacity`, href: page },
    ],
    since: null,
    etaMs: meanMs === null ? null : Math.round(meanMs / Math.max(1, slots)),
  }
}
