/** Groups of event types that people filter by; the names stand in the URL. */
export const eventGroups = [
  'problems',
  'tasks',
  'attempts',
  'queue',
  'breakers',
  'modules',
  'health',
  'alerts',
  'suggestions',
  'deployments',
] as const
export type EventGroup = (typeof eventGroups)[number]

/** Label, meaning and type patterns of each group. */
export const eventGroupLooks: Record<EventGroup, { label: string; meaning: string; types: readonly string[] }> = {
  problems: {
    label: 'Problems',
    meaning: 'What failed, opened, expired or raised an alert',
    types: [
      'task.failed',
      'task.expired',
      'agent.failed',
      'circuit.opened',
      'health.check_failed',
      'alert.raised',
      'error.recovery_failed',
    ],
  },
  tasks: { label: 'Tasks', meaning: 'Each change of state of a task', types: ['task.*'] },
  attempts: { label: 'Attempts', meaning: 'Each call of a module for a task', types: ['agent.*'] },
  queue: { label: 'Queue', meaning: 'Paused and resumed by operators', types: ['queue.*'] },
  breakers: { label: 'Breakers', meaning: 'Opened, half-open, closed, held, reset', types: ['circuit.*'] },
  modules: {
    label: 'Modules',
    meaning: 'Registered, changed, enabled, disabled, removed',
    types: ['module.*', 'instance.*'],
  },
  health: {
    label: 'Health',
    meaning: 'Checks and changes of health',
    types: ['health.*', 'system.*', 'module.health_changed'],
  },
  alerts: { label: 'Alerts', meaning: 'Alerts and recoveries', types: ['alert.*', 'error.*'] },
  suggestions: {
    label: 'Suggestions',
    meaning: 'Found, proposed, approved, applied, judged',
    types: ['suggestion.*'],
  },
  deployments: {
    label: 'Deployments',
    meaning: 'Deployments, scaling, and replicas that come and go',
    types: ['deployment.*', 'resource.*', 'replica.*'],
  },
}

/** The type patterns of the chosen groups, each once; undefined, which means all, when none is chosen. */
export function typesOfGroups(groups: readonly EventGroup[]): string[] | undefined {
  if (groups.length === 0) return undefined
  return [...new Set(groups.flatMap(group => eventGroupLooks[group].types))]
}

/** All but the routine of tasks that go well: what somebody who glances at the fleet wants to see go by. */
export const notableTypes: readonly string[] = [
  'task.failed',
  'task.expired',
  'task.cancelled',
  'task.preempted',
  'agent.failed',
  'queue.*',
  'circuit.*',
  'module.*',
  'instance.*',
  'system.*',
  'health.check_failed',
  'alert.*',
  'error.*',
  'deployment.*',
  'resource.*',
  'replica.*',
  'suggestion.*',
]
