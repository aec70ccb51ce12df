import type { AuditAction } from '../../contracts/audit-areas.ts'
import type { EventType } from '../../contracts/events.ts'
import type { Principal } from '../shared/principal.ts'
import { enableOrder } from './dependency-graph.ts'
import { isSameJson } from './json-values.ts'
import { moduleNotFound } from './module-errors.ts'
import type { DeploymentRecord, InstanceRecord, ModuleRecord, TakenOutRecord } from './module-record.ts'
import type { AuditEntry, ConfigChange, ModuleChange, RegistryState } from './module-store.ts'

/** Who decides, and when (ms since the epoch). */
export interface Act {
  by: Principal
  now: number
}

const editableFields = [
  'name',
  'category',
  'version',
  'owner',
  'description',
  'capabilities',
  'dependsOn',
  'costPerHourUsd',
  'resources',
  'strategy',
  'preference',
  'breaker',
  'retry',
] as const satisfies readonly (keyof ModuleRecord)[]

/** What an edit may change, with what registration fixed. Holds no secret, and nothing that enabling changes. */
export function configurationOf(module: ModuleRecord): Record<string, unknown> {
  const { driver, bodyStyle } = module
  return { ...Object.fromEntries(editableFields.map(field => [field, module[field]])), driver, bodyStyle }
}

/** Names of the editable fields in which two versions of a module differ. */
export function changedFields(before: ModuleRecord, after: ModuleRecord): string[] {
  return editableFields.filter(field => !isSameJson(before[field], after[field]))
}

/** The module, or MODULE_NOT_FOUND. */
export function requireModule(state: RegistryState, id: string): ModuleRecord {
  const module = state.modules.get(id)
  if (!module) throw moduleNotFound(id)
  return module
}

/** What has to be enabled before this module could be, in order. */
export function needsInOrder(state: RegistryState, module: ModuleRecord): string[] {
  const modules = new Map(state.modules).set(module.id, { ...module, enabled: false })
  return enableOrder(modules, module.id).slice(0, -1)
}

export function configurationChange(module: ModuleRecord): ConfigChange {
  return { entityKind: 'module', entityId: module.id, value: configurationOf(module) }
}

export function stateChange(module: ModuleRecord): ConfigChange {
  const value = { enabled: module.enabled, reason: module.disabled?.reason ?? null }
  return { entityKind: 'module_state', entityId: module.id, value }
}

/** The change of one instance; null says that it left. */
export function instanceChange(moduleId: string, instanceId: string, instance: InstanceRecord | null): ConfigChange {
  const value = instance
    ? {
        endpoint: instance.endpoint,
        capacity: instance.capacity,
        weight: instance.weight,
        version: instance.version,
        out: instance.out,
      }
    : { removed: true }
  return { entityKind: 'instance', entityId: `${moduleId}/${instanceId}`, value }
}

/** Where a deployment stands. */
export function deploymentChange(moduleId: string, deployment: DeploymentRecord): ConfigChange {
  return { entityKind: 'deployment', entityId: moduleId, value: { ...deployment } }
}

/** What is kept of somebody taking something out of service now. */
export function takenOut(act: Act, reason: string, giveUpAfterMs: number | null): TakenOutRecord {
  const giveUpAt = giveUpAfterMs === null ? null : act.now + giveUpAfterMs
  return { reason, by: act.by.name, at: act.now, giveUpAt }
}

/** The audit entry of an act on a module. */
export function moduleAudit(
  act: Act,
  action: AuditAction,
  moduleId: string,
  reason: string | null,
  details: Record<string, unknown>,
): AuditEntry {
  return { by: act.by, action, targetKind: 'module', targetId: moduleId, reason, details }
}

/** An event about a module; who did it goes along. */
export function moduleEvent(
  act: Act,
  type: EventType,
  moduleId: string,
  data: Record<string, unknown>,
): ModuleChange['events'][number] {
  return { tenantId: act.by.tenantId, type, moduleId, data: { ...data, by: act.by.name } }
}
