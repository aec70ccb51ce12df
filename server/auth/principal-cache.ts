import type { Principal } from '../core/shared/principal.ts'

interface Entry {
  loadedAt: number
  principal: Promise<Principal | null>
  /** What the promise gave, once it has. */
  known: Principal | null | undefined
}

export interface PrincipalCacheOptions {
  /** How long an answer, good or bad, is believed. */
  ttlMs: number
  maxEntries: number
  /** Milliseconds since the epoch. */
  now: () => number
  load: (credential: string) => Promise<Principal | null>
}

/**
 * Remembers for a few seconds whose credential is whose, so that a request costs no query. Calls for one credential at the same
 * time share one load; a failed load is not remembered. What was loaded before `clear` is never answered after it.
 */
export class PrincipalCache {
  readonly #options: PrincipalCacheOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: PrincipalCacheOptions) {
    this.#options = options
  }

  /** What is known without asking anybody: undefined when nothing is. */
  peek(credential: string): Principal | null | undefined {
    return this.#fresh(credential)?.known
  }

  get(credential: string): Promise<Principal | null> {
    return (this.#fresh(credential) ?? this.#load(credential)).principal
  }

  clear(): void {
    this.#entries.clear()
  }

  #fresh(credential: string): Entry | undefined {
    const entry = this.#entries.get(credential)
    return entry && this.#options.now() - entry.loadedAt < this.#options.ttlMs ? entry : undefined
  }

  #load(credential: string): Entry {
    const entry: Entry = {
      loadedAt: this.#options.now(),
      principal: this.#options.load(credential),
      known: undefined,
    }
    entry.principal.then(
      principal => {
        entry.known = principal
      },
      () => {
        if (this.#entries.get(credential) === entry) this.#entries.delete(credential)
      },
    )
    this.#entries.delete(credential)
    this.#entries.set(credential, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#options.maxEntries && oldest !== undefined) this.#entries.delete(oldest)
    return entry
  }
}
