import { createHash } from 'node:crypto'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { isAPIError } from 'better-auth/api'
import type { InstallationKey } from '../config/installation-key.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { IdSource } from '../core/shared/ids.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { Principal } from '../core/shared/principal.ts'
import { vouchForSession } from '../core/shared/signed-in.ts'
import { insertAudit } from '../persistence/audit.ts'
import type { PrismaClient } from '../persistence/generated/client.ts'
import { roleOf, signedIn } from './people.ts'

export interface SignInOptions {
  prisma: PrismaClient
  key: InstallationKey
  ids: IdSource
  logger: Logger
  /** The origin browsers use; `https` makes cookies `Secure`. */
  origin: string
}

/** The header in which better-auth is told the address of a client; whatever a client put there is overwritten. */
export const clientAddressHeader = 'x-quarterdeck-client-address'

/** Where better-auth is mounted. */
export const authPath = '/api/auth'

const sessionSeconds = 7 * 86_400

/** Signing in with e-mail and password, and sessions in cookies: better-auth on our own tables. */
export class SignInService {
  readonly #auth: ReturnType<typeof configure>
  /** The name of the session's cookie. */
  readonly cookieName: string

  constructor(options: SignInOptions) {
    // Cookies know hosts, not ports: the installation's own mark keeps two of them on one machine apart.
    const mark = createHash('sha256').update(options.key.derive('cookie-name')).digest('hex').slice(0, 8)
    const secure = options.origin.startsWith('https:')
    this.cookieName = `${secure ? '__Secure-' : ''}quarterdeck-${mark}.session_token`
    this.#auth = configure(options, { cookiePrefix: `quarterdeck-${mark}`, secure })
  }

  /** Hands a request to better-auth. Rejects with whatever the database said. */
  handle(request: Request): Promise<Response> {
    return this.#auth.handler(request)
  }

  /** Whose session the cookies hold; null when there is none or it has ended. Throws DATABASE_UNAVAILABLE. */
  async findPrincipal(cookie: string): Promise<Principal | null> {
    const found = await this.#auth.api.getSession({ headers: new Headers({ cookie }) }).catch((error: unknown) => {
      // better-auth answers any failure of its queries like this, and keeps the cause to itself.
      if (isAPIError(error) && error.statusCode >= 500) throw sessionUnreadable(error)
      throw error
    })
    if (!found) return null
    const { id, name, email, tenantId, role } = found.user
    return vouchForSession({ kind: 'person', id, name, email, tenantId, role: roleOf(role) })
  }
}

function sessionUnreadable(cause: unknown): QuarterdeckError {
  return new QuarterdeckError('DATABASE_UNAVAILABLE', {
    message: 'Who you are cannot be looked up right now.',
    action: 'Try again in a few seconds.',
    retryable: true,
    cause,
  })
}

function configure(
  { prisma, key, ids, logger, origin }: SignInOptions,
  cookies: { cookiePrefix: string; secure: boolean },
) {
  return betterAuth({
    appName: 'Quarterdeck',
    baseURL: origin,
    basePath: authPath,
    secret: key.derive('sessions').toString('hex'),
    database: prismaAdapter(prisma, { provider: 'postgresql' }),
    // People are added by an administrator; the limits on a password are checked where it is set.
    emailAndPassword: { enabled: true, disableSignUp: true, maxPasswordLength: 128 },
    user: {
      modelName: 'person',
      additionalFields: {
        role: { type: 'string', required: true, input: false },
        tenantId: { type: 'string', required: true, input: false },
      },
    },
    session: {
      modelName: 'personSession',
      fields: { userId: 'personId' },
      expiresIn: sessionSeconds,
      disableSessionRefresh: true,
    },
    account: { modelName: 'personAccount', fields: { userId: 'personId' } },
    verification: { modelName: 'verification' },
    databaseHooks: { session: { create: { after: session => recordSignIn(prisma, session.userId) } } },
    // Attempts are counted and origins judged before better-auth is asked (auth-endpoints.ts).
    rateLimit: { enabled: false },
    trustedOrigins: request => [request?.headers.get('origin')],
    advanced: {
      cookiePrefix: cookies.cookiePrefix,
      useSecureCookies: cookies.secure,
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
      database: { generateId: () => ids.next() },
    },
    telemetry: { enabled: false },
    // What is not an answer of its own is thrown as it is, for us to classify, instead of being printed.
    onAPIError: { throw: true },
    logger: { level: 'error', log: (_level, message) => logger.error({ area: 'sign-in' }, message) },
  })
}

/** Keeps who signed in and when, and takes the occasion to clear away sessions that have ended. */
async function recordSignIn(prisma: PrismaClient, personId: string): Promise<void> {
  const person = await prisma.person.findUnique({ where: { id: personId } })
  if (!person) return
  const { id, name, email, tenantId } = person
  await prisma.$transaction(async tx => {
    const by: Principal = { kind: 'person', id, name, email, tenantId, role: roleOf(person.role) }
    await insertAudit(tx, by, { action: signedIn, targetKind: 'person', targetId: id })
    await tx.personSession.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  })
}
