import { type buildConnector, Pool } from 'undici'
import { parseEndpoint } from '../address-policy.ts'

/** An endpoint ready to be called: the connections to its origin and the path its requests start with. */
export interface Target {
  readonly pool: Pool
  /** Without a trailing slash; empty for an endpoint at the root. */
  readonly basePath: string
}

export interface ConnectionPoolsOptions {
  connect: buildConnector.connector
  /** Longest wait for the headers of an answer, and longest silence within its body. */
  headersTimeoutMs: number
  bodyTimeoutMs: number
}

/** One undici Pool per origin, made at first use and closed when the last endpoint on it is released. */
export class ConnectionPools {
  readonly #options: ConnectionPoolsOptions
  readonly #targets = new Map<string, Target & { origin: string }>()
  readonly #pools = new Map<string, Pool>()

  constructor(options: ConnectionPoolsOptions) {
    this.#options = options
  }

  /** Throws QuarterdeckError INVALID_ENDPOINT. */
  target(endpoint: string): Target {
    const known = this.#targets.get(endpoint)
    if (known) return known
    const url = parseEndpoint(endpoint)
    const target = { origin: url.origin, pool: this.#poolOf(url.origin), basePath: url.pathname.replace(/\/+$/, '') }
    this.#targets.set(endpoint, target)
    return target
  }

  /** Calls that are under way end as they would have; idle connections are closed. */
  async release(endpoint: string): Promise<void> {
    const target = this.#targets.get(endpoint)
    if (!target) return
    this.#targets.delete(endpoint)
    for (const other of this.#targets.values()) if (other.origin === target.origin) return
    this.#pools.delete(target.origin)
    await target.pool.close()
  }

  /** Closes every connection at once. */
  async close(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    this.#targets.clear()
    await Promise.all(pools.map(pool => pool.destroy()))
  }

  #poolOf(origin: string): Pool {
    const known = this.#pools.get(origin)
    if (known) return known
    const pool = new Pool(origin, {
      connect: this.#options.connect,
      headersTimeout: this.#options.headersTimeoutMs,
      bodyTimeout: this.#options.bodyTimeoutMs,
      // An idle connection is used again for a minute at most, so that a changed name or certificate is noticed.
      keepAliveMaxTimeout: 60_000,
      allowH2: false,
      // One request per connection: a reset then never concerns a second one, and undici has nothing to send again.
      pipelining: 1,
    })
    this.#pools.set(origin, pool)
    return pool
  }
}
