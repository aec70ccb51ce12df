import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { SuggestionSubject } from '../../contracts/suggestions.ts'
import type { ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'

/**
 * Types of tasks that may go better or worse because of a change; null for all. Of a module: all that it may run, wherever they run
 * then, since work may move to others. Of a type's place in the queue, and of who gets its work: also those that compete with it for the
 * same modules.
 */
export function concernedTypes(
  catalog: Pick<ModuleCatalog, 'get' | 'capableOf'>,
  tenantId: string,
  { change, subject }: { change: ConfigurationChange; subject: SuggestionSubject },
): readonly string[] | null {
  switch (change.kind) {
    case 'flag':
    case 'tenant_limit':
    case 'exploration_rate':
      return null
    case 'type_retry':
      return [change.taskType]
    case 'type_priority':
    case 'type_multiplier':
    case 'type_limit':
    case 'type_cap':
    case 'type_pin':
    case 'type_goal':
      return unique([change.taskType, ...typesOf(catalog.capableOf(tenantId, change.taskType))])
    default: {
      const module = catalog.get(tenantId, change.moduleId)
      return unique([...(subject.kind === 'type' ? [subject.id] : []), ...typesOf(module ? [module] : [])])
    }
  }
}

function typesOf(modules: readonly ModuleRecord[]): string[] {
  return modules.flatMap(({ capabilities }) => capabilities.map(({ type }) => type))
}

function unique(types: readonly string[]): string[] {
  return [...new Set(types)]
}
