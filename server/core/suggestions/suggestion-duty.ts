import { Duty } from '../queue/duty.ts'
import { defaultTenantId, systemPrincipal } from '../shared/principal.ts'
import type { Intake } from './intake.ts'
import type { Orphans } from './orphans.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import type { Tending } from './tending.ts'

const lookMs = 5_000
const retryMs = 15_000
const windowHours = 24
/** An analysis that failed is not tried again before: it reads a day of history. */
const failedAnalysisMs = 600_000

/** A replica that has just started has other things to do, and a new installation no history yet. */
const firstAfterMs = 3_600_000

/** What one replica does for all: tends suggestions every few seconds, and analyzes now and then. It never approves or applies. */
export class SuggestionDuty {
  readonly #duty: Duty
  readonly #ports: Pick<SuggestionPorts, 'store' | 'clock' | 'logger' | 'settings'>
  readonly #intake: Intake
  #startedAt = 0
  /** When a tenant's analysis that failed may be tried again. */
  readonly #notBefore = new Map<string, number>()

  constructor(
    ports: Pick<SuggestionPorts, 'store' | 'clock' | 'logger' | 'settings'>,
    parts: {
      intake: Intake
      tending: Tending
      orphans: Orphans
      tenants: () => readonly string[]
      isMine: () => boolean
    },
  ) {
    const { clock, logger } = ports
    const { intake, tending, orphans, tenants, isMine } = parts
    this.#ports = ports
    this.#intake = intake
    this.#duty = new Duty({
      name: 'suggestions',
      clock,
      logger,
      retryMs,
      run: async () => {
        if (!isMine()) return lookMs
        await tending.tend()
        await orphans.close()
        for (const tenantId of new Set([defaultTenantId, ...tenants()])) await this.#analyzeWhenDue(tenantId)
        return lookMs
      },
    })
  }

  start(): void {
    this.#startedAt = this.#ports.clock.now()
    this.#duty.start(lookMs)
  }

  /** Resolves when what is under way has ended. */
  stop(): Promise<void> {
    return this.#duty.stop()
  }

  /** One tenant whose history cannot be analyzed keeps the others from nothing. */
  async #analyzeWhenDue(tenantId: string): Promise<void> {
    const { store, clock, logger, settings } = this.#ports
    const { analyzeEveryMs } = settings
    if (analyzeEveryMs === null || clock.now() - this.#startedAt < Math.min(firstAfterMs, analyzeEveryMs)) return
    if ((this.#notBefore.get(tenantId) ?? 0) > clock.now()) return
    try {
      const last = await store.lastRun(tenantId)
      if (last && clock.now() - Date.parse(last.at) < analyzeEveryMs) return
      await this.#intake.analyze(systemPrincipal(tenantId), { windowHours })
      this.#notBefore.delete(tenantId)
    } catch (error) {
      this.#notBefore.set(tenantId, clock.now() + failedAnalysisMs)
      logger.warn({ error, tenantId }, 'an analysis that was due failed')
    }
  }
}
