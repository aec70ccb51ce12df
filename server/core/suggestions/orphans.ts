import { systemPrincipal } from '../shared/principal.ts'
import { decideMove } from './moves.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import { nameOf, type SuggestionRecord, undecidedStatuses } from './suggestion-record.ts'

/** Another replica may have registered it a moment ago. */
const goneForMs = 60_000
const mostAtOnce = 200

/** Closes suggestions whose module was removed: nobody could apply them, and they would wait for somebody for ever. */
export class Orphans {
  readonly #ports: Pick<SuggestionPorts, 'store' | 'clock' | 'hasModule'>
  /** When a module was first missed, by tenant and id. */
  readonly #missedSince = new Map<string, number>()

  constructor(ports: Pick<SuggestionPorts, 'store' | 'clock' | 'hasModule'>) {
    this.#ports = ports
  }

  /** Rejects, in the name of the system, what nobody has decided on about modules that have been gone for a minute. */
  async close(): Promise<void> {
    const { store, clock, hasModule } = this.#ports
    const missing = (await store.undecidedModules()).filter(({ tenantId, moduleId }) => !hasModule(tenantId, moduleId))
    const keys = new Set(missing.map(keyOf))
    for (const key of this.#missedSince.keys()) if (!keys.has(key)) this.#missedSince.delete(key)
    const now = clock.now()
    for (const module of missing) {
      const since = this.#missedSince.get(keyOf(module)) ?? now
      this.#missedSince.set(keyOf(module), since)
      if (now - since >= goneForMs) await this.#closeAll(module)
    }
  }

  async #closeAll({ tenantId, moduleId }: { tenantId: string; moduleId: string }): Promise<void> {
    const filter = { status: [...undecidedStatuses], moduleId, limit: mostAtOnce }
    for (const record of (await this.#ports.store.list(tenantId, filter)).items) await this.#reject(record, moduleId)
  }

  async #reject(record: SuggestionRecord, moduleId: string): Promise<void> {
    const { store, clock } = this.#ports
    const by = systemPrincipal(record.tenantId)
    const now = clock.now()
    const at = new Date(now).toISOString()
    const reason = `The module ${moduleId} was removed.`
    // Should a module of that id come again, it is looked at anew.
    const state = { status: 'rejected' as const, by: nameOf(by), at, reason, quietUntil: at, strength: 0 }
    await store.move(decideMove(record, { act: 'reject', by, now, state, note: reason }))
  }
}

function keyOf({ tenantId, moduleId }: { tenantId: string; moduleId: string }): string {
  return `${tenantId}\0${moduleId}`
}
