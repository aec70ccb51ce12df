import { describeResources } from '../../contracts/resources.ts'
import type { SubmitTask } from '../../contracts/tasks.ts'
import type { ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { isEnough, noResources } from './resources.ts'

const maxDelayMs = 366 * 86_400_000

/**
 * Throws unless some module, enabled or not, could run it: TASK_TYPE_UNKNOWN, MODULE_NOT_FOUND, MODULE_CANNOT_RUN_TYPE or
 * RESOURCES_UNAVAILABLE.
 */
export function checkRoute(
  catalog: Pick<ModuleCatalog, 'capableOf' | 'get'>,
  tenantId: string,
  input: SubmitTask,
): void {
  const capable = catalog.capableOf(tenantId, input.type)
  if (capable.length === 0) {
    throw new QuarterdeckError('TASK_TYPE_UNKNOWN', {
      message: `No module can run tasks of type ${input.type}.`,
      action: 'Check the spelling, or register a module with that capability.',
    })
  }
  if (input.moduleId === undefined) return checkResources(input, capable)
  const pinned = catalog.get(tenantId, input.moduleId)
  if (!pinned) {
    throw new QuarterdeckError('MODULE_NOT_FOUND', {
      message: `There is no module ${input.moduleId}.`,
      action: 'Check the spelling, or leave moduleId out to let the router choose.',
    })
  }
  if (!pinned.capabilities.some(capability => capability.type === input.type)) {
    throw new QuarterdeckError('MODULE_CANNOT_RUN_TYPE', {
      message: `Module ${input.moduleId} cannot run tasks of type ${input.type}.`,
      action: `Pin the task to one of: ${capable.map(module => module.id).join(', ')}.`,
    })
  }
  checkResources(input, [pinned])
}

/** Disabled modules count: they may be enabled while it waits. */
function checkResources({ type, resources = noResources }: SubmitTask, able: readonly ModuleRecord[]): void {
  if (able.some(module => isEnough(module.resources, resources))) return
  const offers = able.map(module => `${module.id} ${describeResources(module.resources)}`)
  throw new QuarterdeckError('RESOURCES_UNAVAILABLE', {
    message: `The task needs ${describeResources(resources)}, which no module that runs ${type} offers to a call.`,
    action: `Ask for less, or let a module declare more. Offered: ${offers.slice(0, 5).join(', ')}.`,
    details: { needed: resources, offered: able.map(({ id, resources: offered }) => ({ moduleId: id, ...offered })) },
  })
}

/** When it starts at the earliest and latest, in ms since the epoch. Throws INVALID_INPUT or DEADLINE_IN_PAST. */
export function checkTimes(input: SubmitTask, now: number): { runAt: number | null; deadline: number | null } {
  const runAt = input.runAt === undefined ? null : Date.parse(input.runAt)
  const deadline = input.deadline === undefined ? null : Date.parse(input.deadline)
  if (runAt !== null && runAt > now + maxDelayMs) {
    throw new QuarterdeckError('INVALID_INPUT', {
      message: 'runAt is more than a year ahead.',
      action: 'Submit it later: at most a year ahead.',
    })
  }
  if (deadline !== null && deadline <= Math.max(now, runAt ?? 0)) {
    throw new QuarterdeckError('DEADLINE_IN_PAST', {
      message: deadline <= now ? 'The deadline has already passed.' : 'The deadline is before runAt.',
      action: 'Give a deadline that leaves time to run.',
    })
  }
  return { runAt, deadline }
}
