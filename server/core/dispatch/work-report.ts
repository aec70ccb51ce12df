import { RateMeter } from '../events/rate-meter.ts'
import type { ReplicaReport } from '../replicas/replica-store.ts'
import type { Clock } from '../shared/clock.ts'
import type { Dispatcher } from './dispatcher.ts'

/** What a replica tells the others of its work with each heartbeat. */
export class WorkReport {
  readonly #dispatcher: Dispatcher
  readonly #admission: { readonly shed: number }
  readonly #clock: Clock
  readonly #claims = new RateMeter()
  #counted = 0

  constructor(options: { dispatcher: Dispatcher; admission: { readonly shed: number }; clock: Clock }) {
    this.#dispatcher = options.dispatcher
    this.#admission = options.admission
    this.#clock = options.clock
  }

  read(): ReplicaReport {
    const { claimed, running, concurrency, staleFinishes, isStopping } = this.#dispatcher
    const now = this.#clock.now()
    this.#claims.add(now, claimed - this.#counted)
    this.#counted = claimed
    return {
      running,
      concurrency,
      claimedPerMinute: Math.round(60 * this.#claims.perSecond(now)),
      staleWrites: staleFinishes,
      refused: this.#admission.shed,
      isDraining: isStopping,
    }
  }
}
