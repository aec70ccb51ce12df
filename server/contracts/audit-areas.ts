/** The parts of the installation that acts are about, as the names of acts begin. */
export const auditAreas = [
  'module',
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
