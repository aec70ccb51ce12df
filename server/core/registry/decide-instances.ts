import { limits } from '../../contracts/common.ts'
import { inOrder } from './instance-identity.ts'
import { type Act, instanceChange, moduleAudit, moduleEvent, requireModule } from './module-change.ts'
import { instanceNotFound, invalidInput } from './module-errors.ts'
import type { InstanceRecord } from './module-record.ts'
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
  if (present && present.capacity === joining.capacity && present.weight === joining.weight) return null
  if (!present && before.instances.length >= limits.instancesPerModule) {
    throw invalidInput(
      `Module "${moduleId}" has ${limits.instancesPerModule} instances, which is the most it may have.`,
      {
        moduleId,
      },
    )
  }
  const instance = { ...joining, registeredAt: present?.registeredAt ?? joining.registeredAt }
  const others = before.instances.filter(each => each.id !== instance.id)
  const { endpoint, capacity, weight } = instance
  return {
    moduleId,
    before,
    after: { ...before, instances: inOrder([...others, instance]), updatedAt: act.now },
    configChanges: [instanceChange(moduleId, instance.id, instance)],
    audit: moduleAudit(act, 'instance.registered', moduleId, null, {
      instanceId: instance.id,
      endpoint,
      capacity,
      weight,
    }),
    events: [instanceEvent(act, 'instance.registered', moduleId, instance.id, { endpoint, capacity, weight })],
  }
}

/** An instance leaves. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND. */
export function decideDeregisterInstance(
  state: RegistryState,
  moduleId: string,
  instanceId: string,
  act: Act,
): ModuleChange {
  const before = requireModule(state, moduleId)
  const leaving = before.instances.find(instance => instance.id === instanceId)
  if (!leaving) throw instanceNotFound(moduleId, instanceId)
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

function instanceEvent(
  act: Act,
  type: 'instance.registered' | 'instance.deregistered',
  moduleId: string,
  instanceId: string,
  data: Record<string, unknown>,
): ModuleChange['events'][number] {
  return { ...moduleEvent(act, type, moduleId, data), instanceId }
}
