import type { Logger } from '../shared/logger.ts'
import type { RevisionScope } from './replica-store.ts'

interface Watched {
  reread: () => Promise<void>
  /** The revision that memory is known to hold; null before the first reading. */
  held: number | null
  /** The newest one heard of. */
  heard: number | null
  isReading: boolean
}

/**
 * Keeps configuration in memory up with the database, whoever changed it: what is heard of with a heartbeat and differs from
 * what is held is read again. A reading that failed is repeated with the next heartbeat; one that was overtaken by another
 * change, at once.
 */
export class RevisionWatch {
  readonly #logger: Logger
  readonly #watched = new Map<string, Watched>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** `reread` takes in all of a scope; it is never called twice at a time. */
  watch(scope: RevisionScope, reread: () => Promise<void>): void {
    this.#watched.set(scope, { reread, held: null, heard: null, isReading: false })
  }

  /** Takes in the revisions as they are now. Never throws and never waits. */
  observe(revisions: Readonly<Record<string, number>>): void {
    for (const [scope, watched] of this.#watched) {
      watched.heard = revisions[scope] ?? null
      if (!watched.isReading && watched.heard !== watched.held) void this.#read(scope, watched)
    }
  }

  async #read(scope: string, watched: Watched): Promise<void> {
    watched.isReading = true
    try {
      while (watched.heard !== watched.held) {
        // Taken before reading: a change that comes meanwhile has a higher number, and is read again for.
        const heard = watched.heard
        await watched.reread()
        watched.held = heard
      }
    } catch (error) {
      this.#logger.warn({ error, scope }, 'configuration that was changed could not be read yet; trying again')
    } finally {
      watched.isReading = false
    }
  }
}
