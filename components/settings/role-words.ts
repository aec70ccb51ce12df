import type { Role, Scope } from '#server/contracts/people.ts'

interface RoleOption {
  value: Role
  label: string
  /** What the role may do beyond the ones before it. */
  meaning: string
}

/** The roles, weakest first; each may do what the ones before it may. */
export const roleOptions: readonly RoleOption[] = [
  { value: 'viewer', label: 'Viewer', meaning: 'sees everything.' },
  { value: 'operator', label: 'Operator', meaning: 'runs tasks, modules and breakers.' },
  { value: 'approver', label: 'Approver', meaning: 'approves suggestions.' },
  { value: 'admin', label: 'Admin', meaning: 'manages people and keys.' },
]

/** What each scope of a service key allows. */
export const scopeWords: Record<Scope, string> = {
  'tasks:submit': 'Submit, cancel and retry tasks',
  'tasks:read': 'Read tasks',
  'modules:read': 'Read modules and breakers',
  'modules:write': 'Register and change modules',
  'health:read': 'Read health',
  'health:report': 'Report the health of modules',
  'events:read': 'Read events',
  'stats:read': 'Read statistics',
}

/** The scopes in the order they are offered. */
export const scopeNames = Object.keys(scopeWords) as Scope[]
