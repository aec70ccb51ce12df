import type { InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { ConfigurationSnapshot } from './configuration-snapshot.ts'

/** The module that a change is about; throws MODULE_NOT_FOUND. */
export function moduleIn({ modules }: ConfigurationSnapshot, moduleId: string): ModuleRecord {
  const module = modules.find(({ id }) => id === moduleId)
  if (module) return module
  throw new QuarterdeckError('MODULE_NOT_FOUND', {
    message: `There is no module ${moduleId}.`,
    action: 'Choose one of the modules that are registered now.',
  })
}

/** The instance that a change is about; throws MODULE_NOT_FOUND or INSTANCE_NOT_FOUND. */
export function instanceIn(snapshot: ConfigurationSnapshot, moduleId: string, instanceId: string): InstanceRecord {
  const instance = moduleIn(snapshot, moduleId).instances.find(({ id }) => id === instanceId)
  if (instance) return instance
  throw new QuarterdeckError('INSTANCE_NOT_FOUND', {
    message: `Module ${moduleId} has no instance ${instanceId}.`,
    action: 'Choose one of its instances that are registered now.',
  })
}

/** Throws TASK_TYPE_UNKNOWN when no module has the capability. */
export function requireType({ modules }: ConfigurationSnapshot, taskType: string): void {
  if (modules.some(({ capabilities }) => capabilities.some(({ type }) => type === taskType))) return
  throw new QuarterdeckError('TASK_TYPE_UNKNOWN', {
    message: `No module can run tasks of type ${taskType}.`,
    action: 'Choose a type that a module has the capability for.',
  })
}

/** Throws MODULE_NOT_FOUND, and MODULE_CANNOT_RUN_TYPE when it lacks the capability. */
export function requireCapable(snapshot: ConfigurationSnapshot, taskType: string, moduleId: string): void {
  if (moduleIn(snapshot, moduleId).capabilities.some(({ type }) => type === taskType)) return
  throw new QuarterdeckError('MODULE_CANNOT_RUN_TYPE', {
    message: `The module ${moduleId} has no capability ${taskType}.`,
    action: 'Pin the type to a module that has it.',
  })
}
