import type { IncomingMessage } from 'node:http'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Principal } from '../core/shared/principal.ts'
import { AttemptLimiter } from './attempt-limiter.ts'
import { PrincipalCache } from './principal-cache.ts'

/** How a request says who it is from. */
export type Credential = { kind: 'key'; secret: string } | { kind: 'session'; cookie: string }

export interface AuthenticatorOptions {
  findKey: (secret: string) => Promise<Principal | null>
  findSession: (cookie: string) => Promise<Principal | null>
  sessionCookieName: string
  clientAddress: (request: IncomingMessage) => string
  now: () => number
}

/** A revocation made by another replica is told within a second; a replica that does not hear of it refuses after this long. */
const keyTtlMs = 4_000
const sessionTtlMs = 3_000

/** Unknown keys that one address may try at once; they come back over a minute. */
const keyAttempts = 20

/**
 * Finds out who sends a request: a service by `Authorization: Bearer <key>`, a person by the session cookie. A key that is sent
 * but wrong is never overlooked in favour of a cookie.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #keys: PrincipalCache
  readonly #sessions: PrincipalCache
  readonly #attempts: AttemptLimiter

  constructor(options: AuthenticatorOptions) {
    const { now } = options
    this.#options = options
    this.#keys = new PrincipalCache({ ttlMs: keyTtlMs, maxEntries: 5_000, now, load: options.findKey })
    this.#sessions = new PrincipalCache({ ttlMs: sessionTtlMs, maxEntries: 5_000, now, load: options.findSession })
    this.#attempts = new AttemptLimiter({ attempts: keyAttempts, windowMs: 60_000, now })
  }

  /** The credential of a request; null when it has none. */
  credentialOf(request: IncomingMessage): Credential | null {
    const { authorization, cookie } = request.headers
    if (authorization !== undefined) return { kind: 'key', secret: /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '' }
    const session = cookie?.split(';').find(part => part.trim().startsWith(`${this.#options.sessionCookieName}=`))
    return session === undefined ? null : { kind: 'session', cookie: session.trim() }
  }

  /** Throws UNAUTHENTICATED, the same whatever was wrong; RATE_LIMITED; DATABASE_UNAVAILABLE. */
  async authenticate(request: IncomingMessage): Promise<Principal> {
    const credential = this.credentialOf(request)
    const principal =
      credential === null
        ? null
        : credential.kind === 'key'
          ? await this.#findKey(credential.secret, request)
          : await this.#sessions.get(credential.cookie)
    if (principal === null) throw unauthenticated()
    return principal
  }

  /** Forgets what is remembered, because somebody's rights have changed. */
  forget(): void {
    this.#keys.clear()
    this.#sessions.clear()
  }

  /** A key that is known to be good is never held back for what others at its address have tried. */
  async #findKey(secret: string, request: IncomingMessage): Promise<Principal | null> {
    const known = this.#keys.peek(secret)
    if (known !== undefined) return known
    const address = this.#options.clientAddress(request)
    const retryAfterSeconds = this.#attempts.waitSeconds(address)
    if (retryAfterSeconds > 0) throw tooManyAttempts(retryAfterSeconds)
    const principal = await this.#keys.get(secret)
    if (principal === null) this.#attempts.take(address)
    return principal
  }
}

/** The one answer to everybody who is nobody. */
function unauthenticated(): QuarterdeckError {
  return new QuarterdeckError('UNAUTHENTICATED', {
    message: 'This needs a valid session or key.',
    action: 'Sign in, or send a key as `Authorization: Bearer <key>`.',
  })
}

export function tooManyAttempts(retryAfterSeconds: number): QuarterdeckError {
  return new QuarterdeckError('RATE_LIMITED', {
    message: 'There were too many failed attempts from your address.',
    action: `Try again in ${retryAfterSeconds} seconds.`,
    details: { retryAfterSeconds },
    retryable: true,
  })
}
