import { enabledDependants, enableOrder } from '../registry/dependency-graph.ts'
import { disabledDependencies, requireSoundDependencies } from '../registry/dependency-rules.ts'
import { needsDisabled, requiredBy } from '../registry/module-errors.ts'
import type { ConfigurationSnapshot } from './configuration-snapshot.ts'
import { moduleIn } from './find-subject.ts'

/**
 * Refuses a configuration that the registry would refuse because of what one module needs, or who needs it: throws
 * DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE, MODULE_NEEDS_DISABLED, MODULE_REQUIRED.
 */
export function requireSoundNeeds(snapshot: ConfigurationSnapshot, moduleId: string): void {
  const module = moduleIn(snapshot, moduleId)
  const modules = new Map(snapshot.modules.map(each => [each.id, each]))
  requireSoundDependencies(modules, module)
  if (!module.enabled) {
    const dependants = enabledDependants(modules, moduleId)
    if (dependants.length > 0) throw requiredBy(moduleId, dependants, 'disabled')
  } else if (disabledDependencies(modules, module.dependsOn).length > 0) {
    const asDisabled = modules.set(moduleId, { ...module, enabled: false })
    throw needsDisabled(moduleId, enableOrder(asDisabled, moduleId).slice(0, -1))
  }
}
