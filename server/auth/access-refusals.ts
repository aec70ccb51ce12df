import type { Logger } from '../core/shared/logger.ts'
import { defaultTenantId, type Principal, systemPrincipal } from '../core/shared/principal.ts'
import { insertAudit } from '../persistence/audit.ts'
import type { PrismaClient } from '../persistence/generated/client.ts'
import { AttemptLimiter } from './attempt-limiter.ts'

export interface AccessRefusalsOptions {
  prisma: PrismaClient
  logger: Logger
  /** Milliseconds since the epoch. */
  now: () => number
}

const quietMs = 60_000
const maxRemembered = 5_000
/** Whoever guesses from many addresses at once fills the log no faster than this. */
const signInsPerMinute = 60

/** Keeps in the audit log who tried what they may not. Repeats within a minute are kept once, so that nobody can flood it. */
export class AccessRefusals {
  readonly #options: AccessRefusalsOptions
  readonly #recent = new Map<string, number>()
  readonly #signIns: AttemptLimiter

  constructor(options: AccessRefusalsOptions) {
    this.#options = options
    this.#signIns = new AttemptLimiter({ attempts: signInsPerMinute, windowMs: 60_000, now: options.now })
  }

  /** Somebody known called what is not for them. Never throws and never makes the caller wait. */
  record(by: Principal, procedure: string): void {
    if (this.#isRepeat([by.kind, by.id, procedure])) return
    const { prisma, logger } = this.#options
    insertAudit(prisma, by, { action: 'access.refused', targetKind: 'procedure', targetId: procedure }).catch(
      (error: unknown) => logger.error({ error, procedure }, 'A refused access could not be written to the audit log'),
    )
  }

  /** Somebody signed in gave a wrong current password for another: perhaps not the one whose session it is. Never throws and never makes the caller wait. */
  recordPassword(by: Principal): void {
    if (this.#isRepeat(['password', by.id])) return
    insertAudit(this.#options.prisma, by, {
      action: 'access.password_refused',
      targetKind: 'person',
      targetId: by.id,
      reason: 'Wrong current password when changing the password',
    }).catch((error: unknown) =>
      this.#options.logger.error({ error }, 'A refused change of a password could not be written to the audit log'),
    )
  }

  /**
   * Somebody at `address` did not get in; one row per address and minute. What was typed is kept only when it is somebody's
   * address: anything else may be a password in the wrong field. Never throws and never makes the caller wait.
   */
  recordSignIn(address: string, email: string): void {
    if (this.#isRepeat(['sign-in', address])) return
    if (this.#signIns.waitSeconds('all') > 0) return
    this.#signIns.take('all')
    this.#writeSignIn(address, email).catch((error: unknown) =>
      this.#options.logger.error({ error, address }, 'A failed sign-in could not be written to the audit log'),
    )
  }

  async #writeSignIn(address: string, email: string): Promise<void> {
    const { prisma } = this.#options
    const person = await prisma.person.findUnique({ where: { email: email.toLowerCase() } })
    await insertAudit(prisma, systemPrincipal(person?.tenantId ?? defaultTenantId), {
      action: 'access.sign_in_refused',
      targetKind: person ? 'person' : 'address',
      targetId: person?.id ?? address,
      reason: person
        ? `Wrong password for ${person.email}, from ${address}`
        : `Unknown e-mail address, from ${address}`,
      details: { address },
    })
  }

  #isRepeat(act: readonly string[]): boolean {
    const key = JSON.stringify(act)
    const at = this.#options.now()
    const last = this.#recent.get(key)
    if (last !== undefined && at - last < quietMs) return true
    this.#recent.delete(key)
    this.#recent.set(key, at)
    const [oldest] = this.#recent.keys()
    if (this.#recent.size > maxRemembered && oldest !== undefined) this.#recent.delete(oldest)
    return false
  }
}
