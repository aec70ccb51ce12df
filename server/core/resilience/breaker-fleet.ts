import type { ReplicaBreaker } from '../../contracts/breakers.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { BreakerBoard, BreakerKey, ProbeEnd, ProbeGate, ProbeGrant } from './breaker-board.ts'
import type { BreakerShareStore, BreakerVote, StoredProbeEnd, StoredVote } from './breaker-shares.ts'
import { countsForQuorum, quorumOf } from './quorum.ts'

/** A change is told to the others after this long, together with those that came meanwhile. */
const gatherMs = 50
/** At most one write per this long. */
const publishEveryMs = 1_000
/** For the answer to a probe that ends at its limit to be written. */
const leaseGraceMs = 2_000
/** The replica whose probe passed goes on with the next ones, if they come within this. */
const keepProbeMs = 5_000
const askAgainMs = 1_000

export interface BreakerFleetOptions {
  board: BreakerBoard
  store: BreakerShareStore
  /** Ids of the other live replicas. */
  others: () => readonly string[]
  replicaId: string
  clock: Clock
  logger: Logger
}

/**
 * What replicas on one database make of a breaker together. Each publishes what it sees of breakers that any of them sees
 * trouble with; one that a quorum sees open is open for all. A replica that is alone writes nothing and asks nobody.
 */
export class BreakerFleet implements ProbeGate {
  readonly #options: BreakerFleetOptions
  /** Breakers that are not closed here. */
  readonly #troubled = new Map<string, BreakerKey>()
  readonly #published = new Map<string, BreakerVote>()
  /** Trouble that began before this is over: an operator reset it, or a probe succeeded, and not all have heard of it yet. */
  readonly #clearedAt = new Map<string, number>()
  /** When the end of a probe that was taken in last had come. */
  readonly #followedEnds = new Map<string, number>()
  /** What the others say, by breaker. */
  #votes = new Map<string, StoredVote[]>()
  #stopListening: (() => void) | null = null
  #cancelTimer: (() => void) | null = null
  #publishedAt = Number.NEGATIVE_INFINITY
  #publishing: Promise<void> | null = null

  constructor(options: BreakerFleetOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { board, store } = this.#options
    await store.begin()
    board.guardProbes(this)
    this.#stopListening = board.onChange(({ key, transition }) => {
      if (transition.to === 'closed') this.#troubled.delete(keyText(key))
      else this.#troubled.set(keyText(key), key)
      this.#publishSoon()
    })
  }

  async stop(): Promise<void> {
    this.#stopListening?.()
    this.#cancelTimer?.()
    this.#cancelTimer = null
    await this.#publishing
  }

  /** To be called about once a second, and when others came or went. */
  look(): void {
    if (!this.#isShared) return this.#forgetOthers()
    this.#publishSoon()
    this.#judge()
  }

  /** Reads what the others say anew. */
  async refresh(): Promise<void> {
    if (!this.#isShared) return
    const { votes, probeEnds } = await this.#options.store.load()
    const theirs = votes.filter(vote => vote.replicaId !== this.#options.replicaId)
    this.#votes = Map.groupBy(theirs, keyText)
    for (const end of probeEnds) this.#followProbe(end)
    this.look()
  }

  /** An operator has reset it: what others saw before does not count, also while they have not heard of it. */
  clear(key: BreakerKey): void {
    this.#clearedAt.set(keyText(key), this.#options.clock.now())
  }

  /** There is no such breaker any more. */
  forget(key: BreakerKey): void {
    for (const map of [this.#troubled, this.#clearedAt, this.#followedEnds]) map.delete(keyText(key))
  }

  /** What each replica sees of it; empty while none sees trouble, or when this one is alone. */
  viewsOf(key: BreakerKey): ReplicaBreaker[] {
    const { board, replicaId } = this.#options
    const text = keyText(key)
    if (!this.#isShared || !this.#isContested(text)) return []
    const own = board.observe(key)
    const all = [...(own ? [{ ...own, replicaId }] : []), ...this.#votesOf(text)]
    return all
      .map(({ state, since, calls, failures, replicaId: id }) => ({
        replicaId: id,
        isSelf: id === replicaId,
        state,
        since: new Date(since).toISOString(),
        calls,
        failures,
        counts: countsForQuorum({ state, calls }),
      }))
      .sort((a, b) => a.replicaId.localeCompare(b.replicaId))
  }

  enter(key: BreakerKey, limitMs: number): Promise<ProbeGrant> | null {
    if (!this.#isShared) return null
    const { store, clock, logger } = this.#options
    return store.takeProbe(key, limitMs + leaseGraceMs).catch((error: unknown): ProbeGrant => {
      logger.warn({ ...key, error }, 'a probe could not be agreed on; trying again')
      return { isGranted: false, until: clock.now() + askAgainMs }
    })
  }

  leave(key: BreakerKey, end: ProbeEnd): void {
    const { store, logger } = this.#options
    if (end.kind === 'closed') this.clear(key)
    store
      .endProbe(key, end, keepProbeMs)
      .catch((error: unknown) => logger.warn({ ...key, error }, 'the end of a probe could not be told'))
  }

  get #isShared(): boolean {
    return this.#options.others().length > 0
  }

  #isContested(text: string): boolean {
    return this.#troubled.has(text) || this.#votesOf(text).some(({ state }) => state !== 'closed')
  }

  /** What live others say, but for trouble that is over. */
  #votesOf(text: string): StoredVote[] {
    const others = this.#options.others()
    const clearedAt = this.#clearedAt.get(text) ?? Number.NEGATIVE_INFINITY
    return (this.#votes.get(text) ?? []).filter(
      ({ replicaId, troubledSince }) =>
        others.includes(replicaId) && (troubledSince === null || troubledSince > clearedAt),
    )
  }

  /** Opens what a quorum sees open, and closes what only a quorum held open that is gone. */
  #judge(): void {
    const { board, clock } = this.#options
    for (const [text, key] of this.#knownKeys()) {
      const own = board.observe(key)
      if (own === null) continue
      const others = this.#votesOf(text)
      const quorum = quorumOf([own, ...others])
      if (quorum.isReached && own.state === 'closed' && !own.isFollowing) {
        const probes = others.flatMap(vote => (vote.state === 'closed' ? [] : [vote.nextProbeAt ?? clock.now()]))
        const until = Math.min(...probes)
        const reason = `${quorum.troubled} of ${quorum.voters} replicas see it open`
        board.follow(key, { kind: 'open', until, reason })
      } else if (own.isFollowing && !quorum.isReached) {
        board.follow(key, { kind: 'closed', reason: 'no quorum of replicas sees it open any more' })
      }
    }
  }

  #knownKeys(): Map<string, BreakerKey> {
    const keys = new Map(this.#troubled)
    for (const [text, [vote]] of this.#votes) if (vote) keys.set(text, vote)
    return keys
  }

  /** The end of another replica's probe, told once. */
  #followProbe(end: StoredProbeEnd): void {
    const { board, clock, replicaId } = this.#options
    const text = keyText(end)
    if (end.replicaId === replicaId || end.at <= (this.#followedEnds.get(text) ?? Number.NEGATIVE_INFINITY)) return
    this.#followedEnds.set(text, end.at)
    if (end.outcome === 'closed') {
      this.#clearedAt.set(text, Math.max(end.at, this.#clearedAt.get(text) ?? end.at))
      const own = board.observe(end)
      // Trouble that began here after that probe is news.
      if (own === null || (own.troubledSince ?? Number.NEGATIVE_INFINITY) >= end.at) return
      board.follow(end, { kind: 'closed', reason: `the probes of replica ${end.replicaId} succeeded` })
    } else if (end.nextAt > clock.now() && end.at > (this.#clearedAt.get(text) ?? Number.NEGATIVE_INFINITY)) {
      board.follow(end, { kind: 'wait', until: end.nextAt, reason: `the probe of replica ${end.replicaId} failed` })
    }
  }

  /** The others are gone: what stood on their word alone does not stand any more. */
  #forgetOthers(): void {
    if (this.#votes.size === 0 && this.#published.size === 0) return
    this.#judge()
    this.#votes = new Map()
    this.#published.clear()
  }

  #publishSoon(): void {
    if (!this.#isShared || this.#cancelTimer !== null || this.#publishing !== null) return
    if (this.#changes().isEmpty) return
    const { clock } = this.#options
    const waitMs = Math.max(gatherMs, this.#publishedAt + publishEveryMs - clock.now())
    this.#cancelTimer = clock.setTimer(waitMs, () => {
      this.#cancelTimer = null
      this.#publishing = this.#publish().finally(() => {
        this.#publishing = null
      })
    })
  }

  async #publish(): Promise<void> {
    const { store, clock, logger } = this.#options
    const { votes, withdrawn } = this.#changes()
    this.#publishedAt = clock.now()
    try {
      await store.publish(votes, [...withdrawn.values()])
      for (const vote of votes) this.#published.set(keyText(vote), vote)
      for (const text of withdrawn.keys()) this.#published.delete(text)
    } catch (error) {
      logger.warn({ error }, 'what is seen of breakers could not be told to other replicas; trying again')
    }
  }

  /** What has changed since it was published: states, and whether there were calls. */
  #changes(): { votes: BreakerVote[]; withdrawn: Map<string, BreakerKey>; isEmpty: boolean } {
    const { board } = this.#options
    const votes: BreakerVote[] = []
    const withdrawn = new Map<string, BreakerKey>(this.#published)
    for (const [text, key] of this.#knownKeys()) {
      const own = board.observe(key)
      if (own === null || !this.#isContested(text)) continue
      withdrawn.delete(text)
      const { tenantId, moduleId, instanceId } = key
      const { state, since, troubledSince, calls, failures, nextProbeAt } = own
      const before = this.#published.get(text)
      if (before && before.state === state && before.since === since && before.calls > 0 === calls > 0) continue
      votes.push({ tenantId, moduleId, instanceId, state, since, troubledSince, calls, failures, nextProbeAt })
    }
    return { votes, withdrawn, isEmpty: votes.length === 0 && withdrawn.size === 0 }
  }
}

function keyText({ tenantId, moduleId, instanceId }: BreakerKey): string {
  return `${tenantId}\n${moduleId}\n${instanceId}`
}
