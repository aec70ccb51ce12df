import type { Clock } from '../core/shared/clock.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { Feed, Watcher } from './context.ts'
import type { FeedSequence } from './feed-sequence.ts'

export interface SharedFeedOptions<Value, Sent extends object> {
  compute: (tenantId: string) => Value | Promise<Value>
  /** What of the values is sent; one for each tenant that is watched. */
  createSequence: () => FeedSequence<Value, Sent>
  /** A new value is made at most this often. */
  intervalMs: number
  /** An unchanged value is repeated this often, as a sign of life. */
  repeatMs: number
  clock: Clock
  logger: Logger
}

/** The stream of one tenant; it runs while somebody watches. */
interface Channel<Value, Sent extends object> {
  sequence: FeedSequence<Value, Sent>
  /** Grows with every value that is sent; 0 before the first. */
  number: number
  sentAt: number
  watchers: Set<() => void>
  cancelTick: () => void
}

/**
 * One computation, and one JSON text of it, for all who watch the same tenant. A watcher that cannot keep up skips to the newest
 * value, or is sent all that changed meanwhile. When computing fails, watchers keep what they have and the next tick tries again.
 */
export class SharedFeed<Value, Sent extends object> implements Feed<Sent> {
  readonly #options: SharedFeedOptions<Value, Sent>
  readonly #channels = new Map<string, Channel<Value, Sent>>()

  constructor(options: SharedFeedOptions<Value, Sent>) {
    this.#options = options
  }

  async *follow(tenantId: string, { signal, pace }: Watcher): AsyncGenerator<Sent> {
    const channel = this.#channels.get(tenantId) ?? this.#open(tenantId)
    const wake = { up: () => {} }
    const watcher = () => wake.up()
    channel.watchers.add(watcher)
    signal?.addEventListener('abort', watcher)
    try {
      for (let seen = 0; !signal?.aborted; ) {
        if (channel.number === seen) {
          await new Promise<void>(resolve => {
            wake.up = resolve
          })
          continue
        }
        await pace(signal)
        const change = channel.sequence.since(seen)
        seen = channel.number
        yield change
      }
    } finally {
      signal?.removeEventListener('abort', watcher)
      channel.watchers.delete(watcher)
      if (channel.watchers.size === 0) this.#close(tenantId, channel)
    }
  }

  #open(tenantId: string): Channel<Value, Sent> {
    const channel: Channel<Value, Sent> = {
      sequence: this.#options.createSequence(),
      number: 0,
      sentAt: 0,
      watchers: new Set(),
      cancelTick: () => {},
    }
    this.#channels.set(tenantId, channel)
    void this.#tick(tenantId, channel)
    return channel
  }

  #close(tenantId: string, channel: Channel<Value, Sent>): void {
    channel.cancelTick()
    if (this.#channels.get(tenantId) === channel) this.#channels.delete(tenantId)
  }

  async #tick(tenantId: string, channel: Channel<Value, Sent>): Promise<void> {
    const { clock, intervalMs, compute, logger } = this.#options
    const startedAt = clock.now()
    try {
      this.#offer(channel, await compute(tenantId), startedAt)
    } catch (error) {
      logger.warn({ error, tenantId }, 'A live view could not be computed')
    }
    if (this.#channels.get(tenantId) !== channel) return
    const waitMs = Math.max(0, intervalMs - (clock.now() - startedAt))
    channel.cancelTick = clock.setTimer(waitMs, () => void this.#tick(tenantId, channel))
  }

  #offer(channel: Channel<Value, Sent>, value: Value, at: number): void {
    const number = channel.number + 1
    const isNew = channel.sequence.put(value, number)
    if (!isNew && at - channel.sentAt < this.#options.repeatMs) return
    Object.assign(channel, { number, sentAt: at })
    for (const wake of channel.watchers) wake()
  }
}
