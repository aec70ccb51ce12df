import type { Principal } from './principal.ts'

export type Person = Extract<Principal, { kind: 'person' }>

const signedIn = new WeakSet<Person>()

/**
 * Vouches that this principal was read from the session of a signed-in person. Only `server/auth` may do so, which a rule of
 * the import boundaries holds. The principal is frozen: its role cannot be raised afterwards.
 */
export function vouchForSession(person: Person): Person {
  signedIn.add(Object.freeze(person))
  return person
}

/** Whether a principal is the very value that was vouched for; a copy of it, or one made of JSON, is not. */
export function isSignedIn(principal: Principal): principal is Person {
  return principal.kind === 'person' && signedIn.has(principal)
}
