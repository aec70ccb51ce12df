/** The parts of the installation that acts are about, as the names of acts begin. */
export const auditAreas = [
  'module',
  'instance',
  'deployment',
  'breaker',
  'queue',
  'task',
  'dead_letter',
  'alert',
  'webhook',
  'suggestion',
  'simulation',
  'brain',
  'memory',
  'flags',
  'person',
  'key',
  'view',
  'access',
  'invariants',
] as const
export type AuditArea = (typeof auditAreas)[number]
/** What was done: `module.disabled`, `alert_rule.changed`. Begins with its area, for that is what a filter by area looks for. */
export type AuditAction = `${AuditArea}${string}`
