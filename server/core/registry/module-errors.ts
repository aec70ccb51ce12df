import { QuarterdeckError } from '../shared/errors.ts'
import type { InstanceRecord, ModuleRecord } from './module-record.ts'

export function moduleNotFound(id: string): QuarterdeckError {
  return new QuarterdeckError('MODULE_NOT_FOUND', {
    message: `There is no module "${id}".`,
    action: 'Check the id: modules.list shows every module there is.',
    details: { id },
  })
}

export function instanceNotFound(moduleId: string, instanceId: string): QuarterdeckError {
  return new QuarterdeckError('INSTANCE_NOT_FOUND', {
    message: `Module "${moduleId}" has no instance "${instanceId}".`,
    action: 'Check the id: modules.get lists the instances of a module.',
    details: { moduleId, instanceId },
  })
}

/** `needs` in the order in which they have to be enabled. */
export function needsDisabled(id: string, needs: readonly string[]): QuarterdeckError {
  return new QuarterdeckError('MODULE_NEEDS_DISABLED', {
    message: `Module "${id}" needs ${listed(needs)}, which ${needs.length === 1 ? 'is' : 'are'} disabled.`,
    action: 'Enable them first in this order, or enable it with its dependencies.',
    details: { id, needs },
  })
}

export function requiredBy(id: string, dependants: readonly string[], verb: 'disabled' | 'removed'): QuarterdeckError {
  const advice = verb === 'disabled' ? 'Disable them first.' : 'Remove them, or their dependency, first.'
  return new QuarterdeckError('MODULE_REQUIRED', {
    message: `Module "${id}" cannot be ${verb}: required by ${listed(dependants)}.`,
    action: advice,
    details: { id, requiredBy: dependants },
  })
}

/** The edit was made on another version than the present one; `present` goes along so that a form can show the difference. */
export function versionConflict(
  present: ModuleRecord,
  yourVersion: number,
  config: Record<string, unknown>,
): QuarterdeckError {
  return new QuarterdeckError('VERSION_CONFLICT', {
    message: `Module "${present.id}" was changed in between: your edit is of version ${yourVersion}, the present one is ${present.configVersion}.`,
    action: 'Load the module again and repeat the edit on its present version.',
    details: {
      id: present.id,
      configVersion: present.configVersion,
      yourVersion,
      updatedAt: new Date(present.updatedAt).toISOString(),
      present: config,
    },
  })
}

/** The edit was made on other figures than the present ones, which go along. */
export function instanceConflict(moduleId: string, { id, capacity, weight }: InstanceRecord): QuarterdeckError {
  return new QuarterdeckError('VERSION_CONFLICT', {
    message: `The instance was changed in between: it has capacity ${capacity} and weight ${weight} now.`,
    action: 'Look at its present figures and repeat the edit on them.',
    details: { moduleId, instanceId: id, present: { capacity, weight } },
  })
}

export function invalidInput(message: string, details: Record<string, unknown>): QuarterdeckError {
  return new QuarterdeckError('INVALID_INPUT', { message, action: 'Correct it and send it again.', details })
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).map(id => `"${id}"`)
  const more = ids.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
