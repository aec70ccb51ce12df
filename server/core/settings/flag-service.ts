import {
  type FlagName,
  type Flags,
  type FlagsView,
  flagCatalog,
  flagNames,
  type SetFlags,
} from '../../contracts/settings.ts'
import type { SettingOperations } from '../operations.ts'
import type { Companion, CompanionMove } from '../shared/companion.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { defaultTenantId, type Principal } from '../shared/principal.ts'

/** Where the flags of the installation are kept. */
export interface FlagStore {
  /** Null before the first edit. */
  load(): Promise<{ version: number; flags: Partial<Flags> } | null>
  /**
   * Writes them with an audit row, and with the companion's move, when `version` is still the current one; answers the new version,
   * or null. Throws SUGGESTION_CHANGED when the companion has moved already.
   */
  save(by: Principal, view: FlagsView, companion?: CompanionMove): Promise<number | null>
}

const atFirst = Object.fromEntries(flagNames.map(name => [name, flagCatalog[name].isOnAtFirst])) as Flags

/** The flags of the installation: at first as the catalog has them, the same on every replica within seconds, each change versioned. */
export class FlagService implements SettingOperations {
  readonly #store: FlagStore
  #view: FlagsView = { version: 0, flags: atFirst }

  constructor(store: FlagStore) {
    this.#store = store
  }

  isOn(name: FlagName): boolean {
    return this.#view.flags[name]
  }

  /** Reads what is stored; other replicas may have changed it. */
  async refresh(): Promise<void> {
    const stored = await this.#store.load()
    if (stored) this.#view = { version: stored.version, flags: { ...atFirst, ...stored.flags } }
  }

  flags(): FlagsView {
    return this.#view
  }

  async setFlags(by: Principal, edit: SetFlags, along?: Companion<Flags>): Promise<FlagsView> {
    if (by.tenantId !== defaultTenantId) {
      throw new QuarterdeckError('FORBIDDEN', {
        message: 'Flags hold for the whole installation.',
        action: `Ask an administrator of the tenant ${defaultTenantId}.`,
      })
    }
    const next = { version: edit.version, flags: { ...this.#view.flags, ...edit.flags } }
    along?.check(this.#view.flags)
    const version = await this.#store.save(by, next, along?.move)
    if (version === null) {
      await this.refresh()
      throw new QuarterdeckError('VERSION_CONFLICT', {
        message: 'The flags were changed by somebody else in the meantime.',
        action: 'Load them again and repeat the change on what is there now.',
        details: { currentVersion: this.#view.version },
      })
    }
    this.#view = { ...next, version }
    return this.#view
  }
}
