import type { FindingSubject } from '../../contracts/findings.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import type { Call, EndedTask, FleetEvidence } from './fleet-evidence.ts'

const hourMs = 3_600_000

export function ofModule({ id, name }: ModuleRecord): FindingSubject {
  return { kind: 'module', id, name }
}

export function ofInstance(module: ModuleRecord, instanceId: string): FindingSubject {
  return { kind: 'instance', id: `${module.id}/${instanceId}`, name: `instance ${instanceId} of ${module.name}` }
}

export function ofType(type: string): FindingSubject {
  return { kind: 'type', id: type, name: type }
}

/** Share of the tenant's tasks that these calls belong to. */
export function reachOf({ tasks }: FleetEvidence, calls: Iterable<Call>): number {
  const touched = new Set<EndedTask>()
  for (const { task } of calls) touched.add(task)
  return tasks.length === 0 ? 0 : touched.size / tasks.length
}

/** From due to ended, the mean over the tasks of these calls in ms, and how many tasks there are. */
export function latencyOf(calls: Iterable<Call>): { tasks: number; meanMs: number } {
  const tasks = new Set([...calls].map(({ task }) => task))
  let sum = 0
  for (const { finishedAt, dueAt } of tasks) sum += Math.max(0, finishedAt - dueAt)
  return { tasks: tasks.size, meanMs: tasks.size === 0 ? 0 : sum / tasks.size }
}

/** What a module costs for so much time of its calls, in USD. */
export function costOf({ costPerHourUsd }: ModuleRecord, durationMs: number): number {
  return (costPerHourUsd * durationMs) / hourMs
}

/** What the calls of a tenant cost together, in USD. */
export function spendOf({ services }: FleetEvidence): number {
  return services.reduce(
    (sum, { module, calls }) =>
      sum +
      costOf(
        module,
        calls.reduce((ms, call) => ms + call.durationMs, 0),
      ),
    0,
  )
}

export function hasSucceeded({ outcome }: Call): boolean {
  return outcome === 'succeeded'
}

/** Whether it says something of the service: calls that we ended, and refusals for want of room, do not. */
export function isJudged({ outcome }: Call): boolean {
  return outcome === 'succeeded' || outcome === 'failed' || outcome === 'timed_out'
}

/** Enabled modules and their instances that are in rotation. */
export function inService({ snapshot }: FleetEvidence): ModuleRecord[] {
  return snapshot.modules.filter(({ enabled }) => enabled)
}
