import type { IncomingMessage } from 'node:http'
import type { Auth } from '../auth/create-auth.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Principal } from '../core/shared/principal.ts'

/**
 * Who sends a request, after making sure that no other site made their browser send it: with a cookie, whatever changes something
 * must come from our own pages. Throws UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, DATABASE_UNAVAILABLE.
 */
export async function guardCall(auth: Auth, request: IncomingMessage): Promise<Principal> {
  const principal = await auth.authenticate(request)
  const changes = request.method !== 'GET' && request.method !== 'HEAD'
  if (changes && auth.credentialOf(request)?.kind === 'session') requireOwnOrigin(auth, request)
  return principal
}

/** The same for a WebSocket, which browsers let any site open: a foreign origin is refused whatever else is sent. */
export async function guardUpgrade(auth: Auth, request: IncomingMessage): Promise<Principal> {
  if (auth.originOf(request) === 'foreign') throw foreignOrigin()
  const principal = await auth.authenticate(request)
  if (auth.credentialOf(request)?.kind === 'session') requireOwnOrigin(auth, request)
  return principal
}

/** For signing in and out, where the cookie may not be there yet: programs that are no browsers state no origin. */
export function guardSignIn(auth: Auth, request: IncomingMessage): void {
  if (auth.originOf(request) === 'foreign') throw foreignOrigin()
  if (auth.credentialOf(request)?.kind === 'session') requireOwnOrigin(auth, request)
}

function requireOwnOrigin(auth: Auth, request: IncomingMessage): void {
  if (auth.originOf(request) !== 'own') throw foreignOrigin()
}

function foreignOrigin(): QuarterdeckError {
  return new QuarterdeckError('FORBIDDEN', {
    message: 'The request does not come from a page of this installation.',
    action: 'Behind a proxy, set QUARTERDECK_PUBLIC_URL; programs authenticate with a key instead of a cookie.',
  })
}
