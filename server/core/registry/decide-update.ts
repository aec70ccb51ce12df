import type { UpdateModule } from '../../contracts/modules.ts'
import { disabledDependencies, requireSharedSchemas, requireSoundDependencies } from './dependency-rules.ts'
import { refuseWhileDeploying } from './deployment-state.ts'
import {
  type Act,
  changedFields,
  configurationChange,
  configurationOf,
  moduleAudit,
  moduleEvent,
  needsInOrder,
  requireModule,
} from './module-change.ts'
import { needsDisabled, versionConflict } from './module-errors.ts'
import type { ModuleRecord } from './module-record.ts'
import type { ModuleChange, RegistryState } from './module-store.ts'
import { storableCost } from './prepare-module.ts'

/** An edit whose capabilities, when it has any, were checked. */
export interface PreparedEdit {
  input: UpdateModule
  capabilities: ModuleRecord['capabilities'] | null
}

/**
 * An edit of the configuration; null when it changes nothing. Throws MODULE_NOT_FOUND, VERSION_CONFLICT,
 * DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE, MODULE_NEEDS_DISABLED (an enabled module cannot come to need a disabled one),
 * SCHEMA_CONFLICT, DEPLOYMENT_UNDER_WAY (the version cannot be changed).
 */
export function decideUpdate(state: RegistryState, prepared: PreparedEdit, act: Act): ModuleChange | null {
  const { id, configVersion } = prepared.input
  const before = requireModule(state, id)
  if (before.configVersion !== configVersion) throw versionConflict(before, configVersion, configurationOf(before))
  const edited = withVersion(before, { ...before, ...edits(prepared) })
  const changed = changedFields(before, edited)
  if (changed.length === 0) return null
  const after: ModuleRecord = { ...edited, configVersion: state.lastConfigVersion + 1, updatedAt: act.now }
  requireSoundDependencies(state.modules, after)
  if (after.enabled && disabledDependencies(state.modules, after.dependsOn).length > 0) {
    throw needsDisabled(id, needsInOrder(state, after))
  }
  requireSharedSchemas(state.modules, after)
  const versions = { from: before.configVersion, to: after.configVersion }
  return {
    moduleId: id,
    before,
    after,
    configChanges: [configurationChange(after)],
    audit: moduleAudit(act, 'module.updated', id, null, { changed, configVersion: versions }),
    events: [moduleEvent(act, 'module.updated', id, { changed, configVersion: after.configVersion })],
  }
}

/**
 * Another version given by an edit is said of what runs already: instances of the former one are of the new one. While a
 * deployment is under way that is refused (DEPLOYMENT_UNDER_WAY): it will set the version itself.
 */
function withVersion(before: ModuleRecord, edited: ModuleRecord): ModuleRecord {
  if (before.version === edited.version) return edited
  refuseWhileDeploying(before)
  const instances = before.instances.map(instance =>
    instance.version === before.version ? { ...instance, version: edited.version } : instance,
  )
  return { ...edited, instances }
}

/** The fields an edit names, in the record's own form. An empty owner or description takes it away. */
function edits({ input, capabilities }: PreparedEdit): Partial<ModuleRecord> {
  return {
    ...(input.name !== undefined && { name: input.name }),
    ...(input.category !== undefined && { category: input.category }),
    ...(input.version !== undefined && { version: input.version }),
    ...(input.owner !== undefined && { owner: input.owner || null }),
    ...(input.description !== undefined && { description: input.description || null }),
    ...(capabilities !== null && { capabilities }),
    ...(input.dependsOn !== undefined && { dependsOn: [...new Set(input.dependsOn)] }),
    ...(input.costPerHourUsd !== undefined && { costPerHourUsd: storableCost(input.costPerHourUsd) }),
    ...(input.strategy !== undefined && { strategy: input.strategy }),
    ...(input.resources !== undefined && { resources: input.resources }),
    ...(input.preference !== undefined && { preference: input.preference }),
    ...(input.breaker !== undefined && { breaker: input.breaker }),
    ...(input.retry !== undefined && { retry: input.retry }),
  }
}
