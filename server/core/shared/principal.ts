import type { Role, Scope } from '../../contracts/people.ts'

/** Who does something: a person at a browser, a service with a key, a module with its own key, or Quarterdeck itself. */
export type Principal =
  | { kind: 'person'; id: string; name: string; email: string; tenantId: string; role: Role }
  | { kind: 'service'; id: string; name: string; tenantId: string; scopes: readonly Scope[] }
  | { kind: 'module'; id: string; name: string; tenantId: string; moduleId: string }
  | { kind: 'system'; id: 'system'; name: 'Quarterdeck'; tenantId: string }

/** Who did something, as far as a record of it tells. */
export type Actor = Pick<Principal, 'kind' | 'id' | 'name' | 'tenantId'>

/** The principal under which Quarterdeck acts of its own accord in a tenant. */
export function systemPrincipal(tenantId: string): Principal {
  return { kind: 'system', id: 'system', name: 'Quarterdeck', tenantId }
}

/** The tenant that exists from the first start. */
export const defaultTenantId = 'default'
