import { QuarterdeckError } from './errors.ts'
import type { Principal } from './principal.ts'

/** A module acts for itself alone: throws FORBIDDEN when `by` is another module than the one it would touch. */
export function requireOwnModule(by: Principal, moduleId: string): void {
  if (by.kind !== 'module' || by.moduleId === moduleId) return
  throw new QuarterdeckError('FORBIDDEN', {
    message: `Module "${by.moduleId}" may not speak or act for module "${moduleId}".`,
    action: 'Use the key of that module, or of a service with the scope that this needs.',
  })
}
