import type { Logger } from '../core/shared/logger.ts'
import type { Principal } from '../core/shared/principal.ts'
import { insertAudit } from '../persistence/audit.ts'
import type { PrismaClient } from '../persistence/generated/client.ts'

export interface AccessRefusalsOptions {
  prisma: PrismaClient
  logger: Logger
  /** Milliseconds since the epoch. */
  now: () => number
}

const quietMs = 60_000
const maxRemembered = 5_000

/** Keeps in the audit log who tried what they may not. Repeats within a minute are kept once, so that nobody can flood it. */
export class AccessRefusals {
  readonly #options: AccessRefusalsOptions
  readonly #recent = new Map<string, number>()

  constructor(options: AccessRefusalsOptions) {
    this.#options = options
  }

  /** Never throws and never makes the caller wait. */
  record(by: Principal, procedure: string): void {
    const { now, logger, prisma } = this.#options
    const key = JSON.stringify([by.kind, by.id, procedure])
    const at = now()
    const last = this.#recent.get(key)
    if (last !== undefined && at - last < quietMs) return
    this.#recent.delete(key)
    this.#recent.set(key, at)
    const [oldest] = this.#recent.keys()
    if (this.#recent.size > maxRemembered && oldest !== undefined) this.#recent.delete(oldest)
    insertAudit(prisma, by, { action: 'access.refused', targetKind: 'procedure', targetId: procedure }).catch(
      (error: unknown) => logger.error({ error, procedure }, 'A refused access could not be written to the audit log'),
    )
  }
}
