import type { ErrorCode } from '../../contracts/errors.ts'
import type { NewEvent } from '../operations.ts'
import type { Clock } from './clock.ts'
import { defaultTenantId } from './principal.ts'

/** Attempts at recovering by itself before that is said to have failed; trying goes on all the same. */
const recoveryAttempts = 3
/** Attempts are at least so far apart to count as two. */
export const recoveryGapMs = 1_000
/** Faults followed at once; of a task that went on elsewhere the end is never heard of here. */
const mostEpisodes = 1_000

/** What failed by a fault that is no caller's and no module's. */
export interface OwnFault {
  /** What could not be done, such as `claim`, or the task it befell. */
  area: string
  code: ErrorCode
  tenantId?: string
  taskId?: string
}

interface Episode extends OwnFault {
  since: number
  attempts: number
  lastAt: number
  isAnnounced: boolean
}

/**
 * Follows faults of our own from the first failure to the recovery. What fails is tried again by whoever does it; this tells
 * of it by events: `error.recovered` when it works again, and `error.recovery_failed` once three attempts a second apart have
 * not helped. Costs nothing while nothing fails.
 */
export class RecoveryWatch {
  readonly #clock: Clock
  readonly #publish: (event: NewEvent) => void
  readonly #episodes = new Map<string, Episode>()

  constructor(options: { clock: Clock; publish: (event: NewEvent) => void }) {
    this.#clock = options.clock
    this.#publish = options.publish
  }

  /** It failed: for the first time, or again. */
  failed(fault: OwnFault): void {
    const now = this.#clock.now()
    const episode = this.#episodes.get(fault.area)
    if (!episode) {
      if (this.#episodes.size >= mostEpisodes) this.#forgetOldest()
      this.#episodes.set(fault.area, { ...fault, since: now, attempts: 0, lastAt: now, isAnnounced: false })
      return
    }
    if (now - episode.lastAt < recoveryGapMs) return
    episode.lastAt = now
    episode.attempts++
    if (episode.attempts >= recoveryAttempts && !episode.isAnnounced) this.#announceFailure(episode)
  }

  /** It works; when it had failed before, that is over. */
  succeeded(area: string): void {
    if (this.#episodes.size === 0) return
    const episode = this.#episodes.get(area)
    if (!episode) return
    this.#episodes.delete(area)
    this.#tell('error.recovered', { ...episode, attempts: episode.attempts + 1 })
  }

  /** It was given up: nobody tries any more. */
  gaveUp(fault: OwnFault): void {
    const now = this.#clock.now()
    const episode = this.#episodes.get(fault.area) ?? {
      ...fault,
      since: now,
      attempts: 0,
      lastAt: now,
      isAnnounced: false,
    }
    this.#episodes.delete(fault.area)
    if (!episode.isAnnounced) this.#announceFailure(episode)
  }

  #forgetOldest(): void {
    const [oldest] = this.#episodes.keys()
    if (oldest !== undefined) this.#episodes.delete(oldest)
  }

  #announceFailure(episode: Episode): void {
    episode.isAnnounced = true
    this.#tell('error.recovery_failed', episode)
  }

  #tell(type: 'error.recovered' | 'error.recovery_failed', episode: Episode): void {
    const { area, code, tenantId = defaultTenantId, taskId = null, since, attempts } = episode
    const durationMs = this.#clock.now() - since
    this.#publish({ tenantId, type, priority: 3, taskId, data: { code, area, attempts, durationMs } })
  }
}
