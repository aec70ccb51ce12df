import { Duty } from '../queue/duty.ts'
import { defaultTenantId, systemPrincipal } from '../shared/principal.ts'
import type { Intake } from './intake.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import type { Tending } from './tending.ts'

const lookMs = 5_000
const retryMs = 15_000
const windowHours = 24

/** What one replica does for all: tends suggestions every few seconds, and analyzes now and then. It never approves or applies. */
export class SuggestionDuty {
  readonly #duty: Duty

  constructor(
    ports: Pick<SuggestionPorts, 'store' | 'clock' | 'logger' | 'settings'>,
    parts: { intake: Intake; tending: Tending; tenants: () => readonly string[]; isMine: () => boolean },
  ) {
    const { store, clock, logger, settings } = ports
    const { intake, tending, tenants, isMine } = parts
    this.#duty = new Duty({
      name: 'suggestions',
      clock,
      logger,
      retryMs,
      run: async () => {
        if (!isMine()) return lookMs
        await tending.tend()
        for (const tenantId of new Set([defaultTenantId, ...tenants()])) {
          if (settings.analyzeEveryMs === null) break
          const last = await store.lastRun(tenantId)
          if (last && clock.now() - Date.parse(last.at) < settings.analyzeEveryMs) continue
          await intake.analyze(systemPrincipal(tenantId), { windowHours })
        }
        return lookMs
      },
    })
  }

  start(): void {
    this.#duty.start(lookMs)
  }

  stop(): void {
    this.#duty.stop()
  }
}
