import type { AuditView } from '#server/contracts/audit.ts'
import type { AuditArea } from '#server/contracts/audit-areas.ts'

/** Areas as filters are named. */
export const areaNames: Record<AuditArea, string> = {
  module: 'Modules',
  instance: 'Instances',
  deployment: 'Deployments',
  breaker: 'Breakers',
  queue: 'Queue',
  task: 'Tasks',
  dead_letter: 'Dead letters',
  alert: 'Alerts',
  webhook: 'Webhooks',
  suggestion: 'Suggestions',
  simulation: 'Simulations',
  brain: 'Choice of services',
  memory: 'Memory',
  flags: 'Flags',
  person: 'People',
  key: 'Keys',
  view: 'Views',
  access: 'Refused access',
  invariants: 'Invariants',
}

/** Who acts, as filters are named. */
export const actorNames = {
  person: 'People',
  service: 'Services by key',
  module: 'Modules by key',
  system: 'Quarterdeck itself',
} as const
export type ActorKind = keyof typeof actorNames
export const actorKinds = Object.keys(actorNames) as ActorKind[]

/** Acts that were once kept under another name than they have today. */
const formerNames: Readonly<Record<string, string>> = {
  'task.cancel': 'task.cancelled',
  'task.retry': 'task.retried',
}

/** `breaker.forced_open` → `Breaker forced open`. */
export function actWords(action: string): string {
  const words = (formerNames[action] ?? action).replaceAll(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

/** What it was done to, for a list: its name, or where it has none its kind with the end of its id (UUIDv7 begin alike). */
export function targetWords({ kind, id }: AuditView['target']): string {
  return uuid.test(id) ? `${kind.replaceAll('_', ' ')} …${id.slice(-6)}` : id
}

/** Where what it was done to is shown; null when it has no page. */
export function hrefOfTarget({ kind, id }: AuditView['target']): string | null {
  switch (kind) {
    case 'module':
      return `/modules/${id}`
    case 'task':
      return `/tasks/${id}`
    case 'breaker':
      return `/breakers?open=${encodeURIComponent(id)}`
    case 'suggestion':
      return `/suggestions/${id}`
    case 'alert':
      return `/alerts?alert=${id}`
    default:
      return null
  }
}
