import type { BreakerChangeView, ListBreakerChanges } from '../../contracts/breakers.ts'
import type { Page } from '../../contracts/common.ts'
import { Batcher } from '../shared/batcher.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { BreakerChange } from './breaker-board.ts'

/** A change of state as it is kept, with the replica whose breaker changed. */
export interface JournalEntry extends BreakerChange {
  replicaId: string
}

/** Where changes of breakers are kept. */
export interface BreakerJournalStore {
  append(entries: readonly JournalEntry[]): Promise<void>
  /** Changes of one breaker on all replicas, the newest first. */
  list(tenantId: string, query: ListBreakerChanges): Promise<Page<BreakerChangeView>>
}

/** Writes what becomes of breakers, in batches and after the fact: it holds nothing up, and what cannot be written is logged. */
export class BreakerJournal {
  readonly #batcher: Batcher<JournalEntry, null>
  readonly #options: { store: BreakerJournalStore; replicaId: string; logger: Logger }

  constructor(options: { store: BreakerJournalStore; replicaId: string; clock: Clock; logger: Logger }) {
    this.#options = options
    this.#batcher = new Batcher({
      clock: options.clock,
      maxDelayMs: 100,
      gapMs: () => 100,
      maxSize: 500,
      maxConcurrent: 1,
      write: async entries => {
        await options.store.append(entries)
        return entries.map(() => null)
      },
    })
  }

  /** Never throws and never waits. */
  add(change: BreakerChange): void {
    const { replicaId, logger } = this.#options
    this.#batcher
      .add({ ...change, replicaId })
      .catch((error: unknown) => logger.warn({ ...change.key, error }, 'a change of a breaker could not be recorded'))
  }

  /** Resolves when all that was added has been written or given up. */
  drain(): Promise<void> {
    return this.#batcher.drain()
  }

  list(tenantId: string, query: ListBreakerChanges): Promise<Page<BreakerChangeView>> {
    return this.#options.store.list(tenantId, query)
  }
}
