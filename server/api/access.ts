import type { Role, Scope } from '../contracts/people.ts'
import { roles } from '../contracts/people.ts'
import { assertNever } from '../core/shared/assert-never.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Principal } from '../core/shared/principal.ts'

/** What a procedure asks of its caller. */
export interface Access {
  /** The least role that a person needs. */
  role: Role
  /** The scope that a service's key needs; `any` admits every key, `none` admits no key at all. */
  scope: Scope | 'any' | 'none'
  /** The key of a module is admitted too, for what is its own; the core refuses it what is not. */
  ofModule?: true
}

/** Returns when `principal` may do what needs `access`; throws FORBIDDEN that names what is missing otherwise. */
export function authorize(principal: Principal, access: Access): void {
  switch (principal.kind) {
    case 'person':
      if (roles.indexOf(principal.role) >= roles.indexOf(access.role)) return
      throw new QuarterdeckError('FORBIDDEN', {
        message: `This needs the role ${access.role}; yours is ${principal.role}.`,
        action: 'Ask an administrator for the role, or have somebody who has it do this.',
        details: { neededRole: access.role },
      })
    case 'service':
      if (access.scope === 'any') return
      if (access.scope === 'none') {
        throw new QuarterdeckError('FORBIDDEN', {
          message: 'This is for signed-in people; no key may do it.',
          action: `Sign in as a person with the role ${access.role}.`,
          details: { neededRole: access.role },
        })
      }
      if (principal.scopes.includes(access.scope)) return
      throw new QuarterdeckError('FORBIDDEN', {
        message: `This needs a key with the scope ${access.scope}.`,
        action: 'Ask an administrator for a key with that scope.',
        details: { neededScope: access.scope },
      })
    case 'module':
      if (access.ofModule) return
      throw new QuarterdeckError('FORBIDDEN', {
        message: `The key of module "${principal.moduleId}" may only bring instances of the module in and out, and report on them.`,
        action: 'Use the key of a service with the scopes it needs.',
      })
    case 'system':
      throw new QuarterdeckError('FORBIDDEN', {
        message: 'This is for people and services.',
        action: 'Call it with the key of a service.',
      })
    default:
      return assertNever(principal)
  }
}
