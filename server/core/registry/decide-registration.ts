import type { RegisterModule } from '../../contracts/modules.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { directDependants } from './dependency-graph.ts'
import { disabledDependencies, requireSharedSchemas, requireSoundDependencies } from './dependency-rules.ts'
import {
  type Act,
  configurationChange,
  instanceChange,
  moduleAudit,
  moduleEvent,
  requireModule,
  stateChange,
} from './module-change.ts'
import { requiredBy } from './module-errors.ts'
import type { InstanceRecord, ModuleRecord } from './module-record.ts'
import type { ModuleChange, RegistryState } from './module-store.ts'
import { storableCost } from './prepare-module.ts'

/** What a registration brings after everything that needs no other module was checked. */
export interface PreparedModule {
  input: RegisterModule
  capabilities: ModuleRecord['capabilities']
  instances: readonly InstanceRecord[]
  secret: string
}

/**
 * A new module: enabled, unless something it needs is disabled; then it is registered disabled, and its reason says so.
 * Its configuration versions go on from those of an earlier module of the same id. Throws MODULE_EXISTS,
 * DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE, SCHEMA_CONFLICT.
 */
export function decideRegister(state: RegistryState, prepared: PreparedModule, act: Act): ModuleChange {
  const { id } = prepared.input
  if (state.modules.has(id)) {
    throw new QuarterdeckError('MODULE_EXISTS', {
      message: `A module "${id}" is already registered.`,
      action: 'Choose another id, or update the one that exists.',
      details: { id },
    })
  }
  const after = newModule(state, prepared, act)
  requireSoundDependencies(state.modules, after)
  requireSharedSchemas(state.modules, after)
  const { name, category, version, enabled, instances } = after
  const facts = { name, category, version, enabled }
  return {
    moduleId: id,
    before: null,
    after,
    configChanges: [
      configurationChange(after),
      stateChange(after),
      ...instances.map(instance => instanceChange(id, instance.id, instance)),
    ],
    audit: moduleAudit(act, 'module.registered', id, null, {
      ...facts,
      endpoints: instances.map(each => each.endpoint),
    }),
    events: [moduleEvent(act, 'module.registered', id, { ...facts, instances: instances.map(each => each.id) })],
  }
}

/** Throws MODULE_NOT_FOUND, MODULE_REQUIRED (some module, enabled or not, names it), MODULE_ENABLED. */
export function decideRemove(state: RegistryState, id: string, reason: string, act: Act): ModuleChange {
  const before = requireModule(state, id)
  const dependants = directDependants(state.modules).get(id) ?? []
  if (dependants.length > 0) throw requiredBy(id, dependants.toSorted(), 'removed')
  if (before.enabled) {
    throw new QuarterdeckError('MODULE_ENABLED', {
      message: `Module "${id}" is enabled and cannot be removed.`,
      action: 'Disable it first, and let its running work end.',
      details: { id },
    })
  }
  const { name, configVersion, instances } = before
  return {
    moduleId: id,
    before,
    after: null,
    configChanges: [
      { entityKind: 'module', entityId: id, value: { removed: true } },
      ...instances.map(instance => instanceChange(id, instance.id, null)),
    ],
    audit: moduleAudit(act, 'module.removed', id, reason, { name, configVersion }),
    events: [moduleEvent(act, 'module.removed', id, { name, reason })],
  }
}

function newModule(state: RegistryState, prepared: PreparedModule, act: Act): ModuleRecord {
  const { input, capabilities, instances, secret } = prepared
  const dependsOn = [...new Set(input.dependsOn)]
  const missing = disabledDependencies(state.modules, dependsOn)
  const isEnabled = missing.length === 0
  const are = missing.length === 1 ? 'is' : 'are'
  return {
    tenantId: act.by.tenantId,
    id: input.id,
    name: input.name,
    category: input.category,
    version: input.version,
    owner: input.owner || null,
    description: input.description || null,
    driver: input.driver,
    bodyStyle: input.bodyStyle,
    capabilities,
    dependsOn,
    costPerHourUsd: storableCost(input.costPerHourUsd),
    resources: input.resources,
    strategy: input.strategy,
    preference: input.preference,
    breaker: input.breaker,
    retry: input.retry,
    secret,
    enabled: isEnabled,
    disabled: isEnabled
      ? null
      : {
          reason: `Registered while ${missing.join(', ')} ${are} disabled`,
          by: act.by.name,
          at: act.now,
          giveUpAt: null,
        },
    configVersion: state.lastConfigVersion + 1,
    registeredAt: act.now,
    updatedAt: act.now,
    instances,
    deployment: null,
  }
}
