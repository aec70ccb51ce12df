import type { Viewer } from '../contracts/people.ts'
import type { Principal } from '../core/shared/principal.ts'

/** A principal as the browser may see it. */
export function viewerOf(principal: Principal): Viewer {
  return {
    kind: principal.kind === 'person' ? 'person' : 'service',
    id: principal.id,
    name: principal.name,
    email: principal.kind === 'person' ? principal.email : null,
    role: principal.kind === 'person' ? principal.role : null,
    scopes: principal.kind === 'service' ? [...principal.scopes] : [],
    tenantId: principal.tenantId,
  }
}
