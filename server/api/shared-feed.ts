import type { Clock } from '../core/shared/clock.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { Feed, Watcher } from './context.ts'
import { shareJson } from './shared-json.ts'

export interface SharedFeedOptions<Value extends object> {
  compute: (tenantId: string) => Value | Promise<Value>
  /** A new value is made at most this often. */
  intervalMs: number
  /** An unchanged value is repeated this often, as a sign of life. */
  repeatMs: number
  clock: Clock
  logger: Logger
}

/** The stream of one tenant; it runs while somebody watches. */
interface Channel<Value> {
  value: Value | undefined
  text: string
  /** Grows with every value that is sent. */
  version: number
  sentAt: number
  watchers: Set<() => void>
  cancelTick: () => void
}

/**
 * One computation, and one JSON text of it, for all who watch the same tenant. A watcher that cannot keep up skips to the newest
 * value. When computing fails, watchers keep what they have and the next tick tries again.
 */
export class SharedFeed<Value extends object> implements Feed<Value> {
  readonly #options: SharedFeedOptions<Value>
  readonly #channels = new Map<string, Channel<Value>>()

  constructor(options: SharedFeedOptions<Value>) {
    this.#options = options
  }

  async *follow(tenantId: string, { signal, pace }: Watcher): AsyncGenerator<Value> {
    const channel = this.#channels.get(tenantId) ?? this.#open(tenantId)
    const wake = { up: () => {} }
    const watcher = () => wake.up()
    channel.watchers.add(watcher)
    signal?.addEventListener('abort', watcher)
    try {
      for (let seen = 0; !signal?.aborted; ) {
        if (channel.value === undefined || channel.version === seen) {
          await new Promise<void>(resolve => {
            wake.up = resolve
          })
          continue
        }
        await pace(signal)
        seen = channel.version
        yield channel.value
      }
    } finally {
      signal?.removeEventListener('abort', watcher)
      channel.watchers.delete(watcher)
      if (channel.watchers.size === 0) this.#close(tenantId, channel)
    }
  }

  #open(tenantId: string): Channel<Value> {
    const channel: Channel<Value> = {
      value: undefined,
      text: '',
      version: 0,
      sentAt: 0,
      watchers: new Set(),
      cancelTick: () => {},
    }
    this.#channels.set(tenantId, channel)
    void this.#tick(tenantId, channel)
    return channel
  }

  #close(tenantId: string, channel: Channel<Value>): void {
    channel.cancelTick()
    if (this.#channels.get(tenantId) === channel) this.#channels.delete(tenantId)
  }

  async #tick(tenantId: string, channel: Channel<Value>): Promise<void> {
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

  #offer(channel: Channel<Value>, value: Value, at: number): void {
    const text = JSON.stringify(value)
    if (text === channel.text && at - channel.sentAt < this.#options.repeatMs) return
    shareJson(value, text)
    Object.assign(channel, { value, text, version: channel.version + 1, sentAt: at })
    for (const wake of channel.watchers) wake()
  }
}
