import type { Principal } from '../core/shared/principal.ts'

interface Entry {
  loadedAt: number
  principal: Promise<Principal | null>
  /** What the promise gave, once it has. */
  known: Principal | null | undefined
  isRenewing: boolean
}

export interface PrincipalCacheOptions {
  /** How long an answer, good or bad, is believed. One that is used in its second half is asked for anew meanwhile. */
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
    const { now, ttlMs } = this.#options
    const entry = this.#entries.get(credential)
    if (!entry) return undefined
    const age = now() - entry.loadedAt
    if (age >= ttlMs / 2 && age < ttlMs && !entry.isRenewing) this.#renew(credential, entry)
    return age < ttlMs ? entry : undefined
  }

  #load(credential: string): Entry {
    const entry = this.#ask(credential)
    entry.principal.catch(() => {
      if (this.#entries.get(credential) === entry) this.#entries.delete(credential)
    })
    this.#keep(credential, entry)
    return entry
  }

  /** Callers go on with the old answer until the new one is there, so that a busy one never waits. */
  #renew(credential: string, old: Entry): void {
    old.isRenewing = true
    const renewed = this.#ask(credential)
    renewed.principal.then(
      () => {
        if (this.#entries.get(credential) === old) this.#keep(credential, renewed)
      },
      () => {
        old.isRenewing = false
      },
    )
  }

  #ask(credential: string): Entry {
    const { now, load } = this.#options
    const entry: Entry = { loadedAt: now(), principal: load(credential), known: undefined, isRenewing: false }
    entry.principal.then(
      principal => {
        entry.known = principal
      },
      () => {},
    )
    return entry
  }

  #keep(credential: string, entry: Entry): void {
    this.#entries.delete(credential)
    this.#entries.set(credential, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#options.maxEntries && oldest !== undefined) this.#entries.delete(oldest)
  }
}
