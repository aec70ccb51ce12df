import { QuarterdeckError } from '../shared/errors.ts'
import { type DependencyGraph, findCycleThrough } from './dependency-graph.ts'
import { isSameJson } from './json-values.ts'
import type { ModuleRecord } from './module-record.ts'

/**
 * Refuses a module whose dependencies could not hold: unknown ones (DEPENDENCY_UNKNOWN) or a cycle (DEPENDENCY_CYCLE with
 * its path).
 */
export function requireSoundDependencies(modules: DependencyGraph, changed: ModuleRecord): void {
  const unknown = changed.dependsOn.filter(id => id !== changed.id && !modules.has(id))
  if (unknown.length > 0) {
    throw new QuarterdeckError('DEPENDENCY_UNKNOWN', {
      message: `Module "${changed.id}" depends on ${unknown.map(id => `"${id}"`).join(', ')}, which ${unknown.length === 1 ? 'is' : 'are'} not registered.`,
      action: 'Register what it depends on first, or correct the ids.',
      details: { id: changed.id, unknown },
    })
  }
  const cycle = findCycleThrough(new Map(modules).set(changed.id, changed), changed.id)
  if (cycle) {
    throw new QuarterdeckError('DEPENDENCY_CYCLE', {
      message: `Modules cannot depend on each other in a circle: ${cycle.join(' → ')}.`,
      action: 'Take one of these dependencies out.',
      details: { cycle },
    })
  }
}

/** Direct dependencies that are disabled, in the order they were named. */
export function disabledDependencies(modules: DependencyGraph, dependsOn: readonly string[]): string[] {
  return dependsOn.filter(id => modules.get(id)?.enabled === false)
}

/**
 * Refuses a module that declares for a task type another input schema than a module already does (SCHEMA_CONFLICT): a
 * payload is checked once, at submission, before it is known who will run it. A capability without an input schema
 * goes along with whatever the type has.
 */
export function requireSharedSchemas(modules: ReadonlyMap<string, ModuleRecord>, changed: ModuleRecord): void {
  for (const { type, inputSchema } of changed.capabilities) {
    if (inputSchema === null) continue
    for (const other of modules.values()) {
      if (other.id === changed.id) continue
      const declared = other.capabilities.find(capability => capability.type === type)?.inputSchema
      if (declared && !isSameJson(declared, inputSchema)) {
        throw new QuarterdeckError('SCHEMA_CONFLICT', {
          message: `Task type "${type}" already has another input schema, declared by module "${other.id}".`,
          action: 'Use the same input schema, leave it out, or choose another task type.',
          details: { type, moduleId: other.id },
        })
      }
    }
  }
}
