import type { DisableModule } from '../../contracts/modules.ts'
import { enabledDependants } from './dependency-graph.ts'
import {
  type Act,
  moduleAudit,
  moduleEvent,
  needsInOrder,
  requireModule,
  stateChange,
  takenOut,
} from './module-change.ts'
import { needsDisabled, requiredBy } from './module-errors.ts'
import type { ModuleChange, RegistryState } from './module-store.ts'

/** Null when it is enabled already. Throws MODULE_NOT_FOUND, MODULE_NEEDS_DISABLED with the order to enable in. */
export function decideEnable(state: RegistryState, id: string, act: Act): ModuleChange | null {
  const before = requireModule(state, id)
  if (before.enabled) return null
  const needs = needsInOrder(state, before)
  if (needs.length > 0) throw needsDisabled(id, needs)
  const after = { ...before, enabled: true, disabled: null, updatedAt: act.now }
  return {
    moduleId: id,
    before,
    after,
    configChanges: [stateChange(after)],
    audit: moduleAudit(act, 'module.enabled', id, null, {}),
    events: [moduleEvent(act, 'module.enabled', id, {})],
  }
}

/**
 * Null when it is disabled already: the first reason stays. Calls that run are let go on, at most for `giveUpAfterMs` when that
 * is given. Throws MODULE_NOT_FOUND, MODULE_REQUIRED.
 */
export function decideDisable(
  state: RegistryState,
  { id, reason, giveUpAfterMs }: DisableModule,
  act: Act,
): ModuleChange | null {
  const before = requireModule(state, id)
  if (!before.enabled) return null
  const dependants = enabledDependants(state.modules, id)
  if (dependants.length > 0) throw requiredBy(id, dependants, 'disabled')
  const disabled = takenOut(act, reason, giveUpAfterMs)
  const after = { ...before, enabled: false, disabled, updatedAt: act.now }
  return {
    moduleId: id,
    before,
    after,
    configChanges: [stateChange(after)],
    audit: moduleAudit(act, 'module.disabled', id, reason, { giveUpAfterMs }),
    events: [moduleEvent(act, 'module.disabled', id, { reason })],
  }
}
