import type { IncomingMessage } from 'node:http'
import { QuarterdeckError } from '../core/shared/errors.ts'
import { AttemptLimiter } from './attempt-limiter.ts'
import { tooManyAttempts } from './authenticator.ts'
import { authPath, clientAddressHeader, type SignInService } from './sign-in-service.ts'

export interface AuthEndpointsOptions {
  signIn: SignInService
  clientAddress: (request: IncomingMessage) => string
  /** Called after a session has ended. */
  onSignedOut: () => void
  /** Called when an address and a password did not belong together. */
  onRefused: (address: string, email: string) => void
  now: () => number
}

/** The answer to a request that went well: cookies to set. */
export interface AuthAnswer {
  setCookies: string[]
}

/** Failed sign-ins from one address within a minute. */
const signInAttempts = 10

/**
 * The two endpoints of better-auth that are open, by their exact paths; everything else it offers does not exist here. Sessions
 * live in the cookie only: no answer repeats their token.
 */
export class AuthEndpoints {
  readonly #options: AuthEndpointsOptions
  readonly #attempts: AttemptLimiter

  constructor(options: AuthEndpointsOptions) {
    this.#options = options
    this.#attempts = new AttemptLimiter({ attempts: signInAttempts, windowMs: 60_000, now: options.now })
  }

  /** Throws PROCEDURE_NOT_FOUND, UNAUTHENTICATED, INVALID_INPUT, RATE_LIMITED, DATABASE_UNAVAILABLE. */
  async answer(request: IncomingMessage, pathname: string, body: string): Promise<AuthAnswer> {
    const endpoint = request.method === 'POST' ? pathname : null
    switch (endpoint) {
      case `${authPath}/sign-in/email`:
        return this.#signIn(request, pathname, body)
      case `${authPath}/sign-out`: {
        const answer = await this.#ask(request, pathname, '{}')
        this.#options.onSignedOut()
        return answer
      }
      default:
        throw new QuarterdeckError('PROCEDURE_NOT_FOUND', {
          message: 'There is nothing at this address.',
          action: `Sign in with POST ${authPath}/sign-in/email, sign out with POST ${authPath}/sign-out.`,
        })
    }
  }

  /** Counted before it is tried, so that many at once cannot pass together; a good one does not count. */
  async #signIn(request: IncomingMessage, pathname: string, body: string): Promise<AuthAnswer> {
    const credentials = readCredentials(body)
    const address = this.#options.clientAddress(request)
    const retryAfterSeconds = this.#attempts.waitSeconds(address)
    if (retryAfterSeconds > 0) throw tooManyAttempts(retryAfterSeconds)
    this.#attempts.take(address)
    try {
      const answer = await this.#ask(request, pathname, JSON.stringify(credentials))
      this.#attempts.giveBack(address)
      return answer
    } catch (error) {
      if (error instanceof QuarterdeckError && error.code === 'UNAUTHENTICATED')
        this.#options.onRefused(address, credentials.email)
      throw error
    }
  }

  async #ask(request: IncomingMessage, pathname: string, body: string): Promise<AuthAnswer> {
    const { host, cookie, origin } = request.headers
    const headers = new Headers({ 'content-type': 'application/json' })
    if (cookie !== undefined) headers.set('cookie', cookie)
    headers.set('origin', origin ?? `http://${host ?? 'localhost'}`)
    headers.set('user-agent', request.headers['user-agent']?.slice(0, 300) ?? '')
    headers.set(clientAddressHeader, this.#options.clientAddress(request))
    const answer = await this.#options.signIn.handle(
      new Request(`http://localhost${pathname}`, { method: 'POST', headers, body }),
    )
    if (answer.ok) return { setCookies: answer.headers.getSetCookie() }
    throw await refusalOf(answer)
  }
}

function readCredentials(body: string): { email: string; password: string } {
  const parsed = parseJson(body)
  if (typeof parsed === 'object' && parsed !== null && 'email' in parsed && 'password' in parsed) {
    const { email, password } = parsed
    if (typeof email === 'string' && typeof password === 'string') return { email, password }
  }
  throw new QuarterdeckError('INVALID_INPUT', {
    message: 'Signing in takes a JSON object with the texts `email` and `password`.',
    action: 'Send both.',
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

async function refusalOf(answer: Response): Promise<Error> {
  if (answer.status >= 500) return new Error(`better-auth answered ${answer.status}: ${await answer.text()}`)
  return new QuarterdeckError('UNAUTHENTICATED', {
    message: 'This e-mail address and password do not belong together.',
    action: 'Check both; an administrator can set a new password.',
  })
}
