import type { AuditAction } from '../../contracts/audit-areas.ts'
import { limits } from '../../contracts/common.ts'
import type { EventType } from '../../contracts/events.ts'
import type { TakeOutInstance, UpdateInstance } from '../../contracts/modules.ts'
import { refuseWhileDeploying } from './deployment-state.ts'
import { inOrder } from './instance-identity.ts'
import { type Act, instanceChange, moduleAudit, moduleEvent, requireModule, takenOut } from './module-change.ts'
import { instanceConflict, instanceNotFound, invalidInput } from './module-errors.ts'
import type { InstanceRecord, ModuleRecord } from './module-record.ts'
import type { ModuleChange, RegistryState } from './module-store.ts'

/**
 * An instance joins, or comes back with another capacity or weight; null when it is there exactly so. Throws
 * MODULE_NOT_FOUND, INVALID_INPUT when the module has as many instances as it may.
 */
export function decideRegisterInstance(
  state: RegistryState,
  moduleId: string,
  joining: InstanceRecord,
  act: Act,
): ModuleChange | null {
  const before = requireModule(state, moduleId)
  const present = before.instances.find(instance => instance.id === joining.id)
  if (present && isAlike(present, joining)) return null
  if (!present && before.instances.length >= limits.instancesPerModule) {
    throw invalidInput(
      `Module "${moduleId}" has ${limits.instancesPerModule} instances, which is the most it may have.`,
      {
        moduleId,
      },
    )
  }
  const { registeredAt, inRotationSince, out } = present ?? joining
  const instance = { ...joining, registeredAt, inRotationSince, out }
  const { endpoint, capacity, weight, version } = instance
  return withInstance(before, instance, act, 'instance.registered', { endpoint, capacity, weight, version })
}

/**
 * Another capacity or weight; null when it has them already. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND, VERSION_CONFLICT (with
 * the present figures) when they are not those that the edit was made on.
 */
export function decideUpdateInstance(state: RegistryState, input: UpdateInstance, act: Act): ModuleChange | null {
  const before = requireModule(state, input.moduleId)
  const present = requireInstance(before, input.instanceId)
  const { was: seen } = input
  if (seen && (seen.capacity !== present.capacity || seen.weight !== present.weight)) {
    throw instanceConflict(before.id, present)
  }
  const { capacity = present.capacity, weight = present.weight } = input
  const instance = { ...present, capacity, weight }
  if (isAlike(present, instance)) return null
  const was = { capacity: present.capacity, weight: present.weight }
  return withInstance(before, instance, act, 'instance.updated', { capacity, weight, was })
}

/**
 * An instance gets no more calls; those that run go on, at most for `giveUpAfterMs` when that is given. Null when it is out
 * already: the first reason stays. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND.
 */
export function decideTakeOut(state: RegistryState, input: TakeOutInstance, act: Act): ModuleChange | null {
  const before = requireModule(state, input.moduleId)
  const present = requireInstance(before, input.instanceId)
  if (present.out !== null) return null
  const { reason, giveUpAfterMs } = input
  const instance = { ...present, out: { ...takenOut(act, reason, giveUpAfterMs), deploymentId: null } }
  return withInstance(before, instance, act, 'instance.taken_out', { reason, giveUpAfterMs }, reason)
}

/**
 * An instance may be called again, slowly at first; null when it may already. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND,
 * DEPLOYMENT_UNDER_WAY when a deployment took it out.
 */
export function decidePutBack(
  state: RegistryState,
  { moduleId, instanceId }: { moduleId: string; instanceId: string },
  act: Act,
): ModuleChange | null {
  const before = requireModule(state, moduleId)
  const present = requireInstance(before, instanceId)
  if (present.out === null) return null
  if (present.out.deploymentId !== null) refuseWhileDeploying(before)
  return withInstance(before, { ...present, out: null, inRotationSince: act.now }, act, 'instance.put_back', {})
}

/** An instance leaves. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND. */
export function decideDeregisterInstance(
  state: RegistryState,
  moduleId: string,
  instanceId: string,
  act: Act,
): ModuleChange {
  const before = requireModule(state, moduleId)
  const leaving = requireInstance(before, instanceId)
  const { endpoint } = leaving
  return {
    moduleId,
    before,
    after: { ...before, instances: before.instances.filter(each => each !== leaving), updatedAt: act.now },
    configChanges: [instanceChange(moduleId, instanceId, null)],
    audit: moduleAudit(act, 'instance.deregistered', moduleId, null, { instanceId, endpoint }),
    events: [instanceEvent(act, 'instance.deregistered', moduleId, instanceId, { endpoint })],
  }
}

/** The module with one of its instances as it is now, joined or changed. */
function withInstance(
  before: ModuleRecord,
  instance: InstanceRecord,
  act: Act,
  what: EventType & AuditAction,
  facts: Record<string, unknown>,
  reason: string | null = null,
): ModuleChange {
  const others = before.instances.filter(each => each.id !== instance.id)
  return {
    moduleId: before.id,
    before,
    after: { ...before, instances: inOrder([...others, instance]), updatedAt: act.now },
    configChanges: [instanceChange(before.id, instance.id, instance)],
    audit: moduleAudit(act, what, before.id, reason, {
      instanceId: instance.id,
      endpoint: instance.endpoint,
      ...facts,
    }),
    events: [instanceEvent(act, what, before.id, instance.id, facts)],
  }
}

function requireInstance(module: ModuleRecord, instanceId: string): InstanceRecord {
  const instance = module.instances.find(each => each.id === instanceId)
  if (!instance) throw instanceNotFound(module.id, instanceId)
  return instance
}

/** Whether nothing that is said on joining differs. */
function isAlike(one: InstanceRecord, other: InstanceRecord): boolean {
  return one.capacity === other.capacity && one.weight === other.weight && one.version === other.version
}

function instanceEvent(
  act: Act,
  type: EventType,
  moduleId: string,
  instanceId: string,
  data: Record<string, unknown>,
): ModuleChange['events'][number] {
  return { ...moduleEvent(act, type, moduleId, data), instanceId }
}
