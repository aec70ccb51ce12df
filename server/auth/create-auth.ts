import type { IncomingMessage } from 'node:http'
import type { InstallationKey } from '../config/installation-key.ts'
import type { Config } from '../config/read-config.ts'
import type { IdSource } from '../core/shared/ids.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { Principal } from '../core/shared/principal.ts'
import type { PrismaClient } from '../persistence/generated/client.ts'
import { AccessChanges } from './access-changes.ts'
import { AccessRefusals } from './access-refusals.ts'
import { ApiKeys } from './api-keys.ts'
import { AuditLog } from './audit-log.ts'
import { type AuthAnswer, AuthEndpoints } from './auth-endpoints.ts'
import { Authenticator, type Credential } from './authenticator.ts'
import { type BootstrapConfig, type BootstrapResult, bootstrapAccess } from './bootstrap-access.ts'
import { createClientAddress } from './client-address.ts'
import { People } from './people.ts'
import { type RequestOrigin, requestOrigin } from './request-origin.ts'
import { SavedViews } from './saved-views.ts'
import { SignInService } from './sign-in-service.ts'

export interface AuthOptions {
  prisma: PrismaClient
  config: Pick<Config, 'host' | 'port' | 'publicUrl' | 'trustedProxies'>
  key: InstallationKey
  ids: IdSource
  logger: Logger
  /** Milliseconds since the epoch. */
  now: () => number
}

/** Who people and services are, and what they may do. */
export interface Auth {
  people: People
  keys: ApiKeys
  views: SavedViews
  audit: AuditLog
  refusals: AccessRefusals
  /** How a request says who it is from; null when it says nothing. */
  credentialOf(request: IncomingMessage): Credential | null
  /** Throws UNAUTHENTICATED, RATE_LIMITED, DATABASE_UNAVAILABLE. */
  authenticate(request: IncomingMessage): Promise<Principal>
  originOf(request: IncomingMessage): RequestOrigin
  /** Answers `/api/auth/*`; see AuthEndpoints. */
  answer(request: IncomingMessage, pathname: string, body: string): Promise<AuthAnswer>
  /** Calls back whenever somebody's rights have changed in this process. Returns how to stop. */
  onChange(listener: () => void): () => void
  /** Somebody's rights were changed by another replica: forgets what is remembered, and has open connections look again. */
  forget(): void
  /** Makes the first administrator and admits the configured key; call it once, at start. */
  bootstrap(config: BootstrapConfig): Promise<BootstrapResult>
}

/** Puts sign-in, keys and people together. Starts nothing. */
export function createAuth({ prisma, config, key, ids, logger, now }: AuthOptions): Auth {
  const changes = new AccessChanges()
  const refusals = new AccessRefusals({ prisma, logger, now })
  const people = new People({ prisma, ids, changes, onWrongPassword: by => refusals.recordPassword(by), now })
  const keys = new ApiKeys({ prisma, ids, changes })
  const origin =
    config.publicUrl ?? `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`
  const signIn = new SignInService({ prisma, key, ids, logger, origin })
  const clientAddress = createClientAddress(config.trustedProxies)
  const authenticator = new Authenticator({
    findKey: secret => keys.findPrincipal(secret),
    findSession: cookie => signIn.findPrincipal(cookie),
    sessionCookieName: signIn.cookieName,
    clientAddress,
    now,
  })
  changes.listen(() => authenticator.forget())
  const endpoints = new AuthEndpoints({
    signIn,
    clientAddress,
    onSignedOut: () => changes.announce(),
    onRefused: (address, email) => refusals.recordSignIn(address, email),
    now,
  })
  return {
    people,
    keys,
    views: new SavedViews({ prisma, ids }),
    audit: new AuditLog({ prisma }),
    refusals,
    credentialOf: request => authenticator.credentialOf(request),
    authenticate: request => authenticator.authenticate(request),
    originOf: request => requestOrigin(request, config.publicUrl),
    answer: (request, pathname, body) => endpoints.answer(request, pathname, body),
    onChange: listener => changes.listen(listener),
    forget: () => changes.announce(),
    bootstrap: bootstrapConfig => bootstrapAccess({ prisma, people, keys }, bootstrapConfig),
  }
}
