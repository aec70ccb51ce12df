interface Bucket {
  tokens: number
  at: number
}

export interface AttemptLimiterOptions {
  /** Attempts that may be made at once, and that come back evenly over `windowMs`. */
  attempts: number
  windowMs: number
  /** Milliseconds since the epoch. */
  now: () => number
}

const maxBuckets = 10_000

/** Counts attempts per key (an address, a person) in token buckets; memory is bounded, the longest idle are forgotten first. */
export class AttemptLimiter {
  readonly #options: AttemptLimiterOptions
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: AttemptLimiterOptions) {
    this.#options = options
  }

  /** Seconds until the next attempt is allowed; 0 when one is allowed now. */
  waitSeconds(key: string): number {
    const { tokens } = this.#refill(key)
    if (tokens >= 1) return 0
    return Math.max(1, Math.ceil(((1 - tokens) * this.#msPerToken()) / 1_000))
  }

  /** Counts one attempt. */
  take(key: string): void {
    const bucket = this.#refill(key)
    this.#store(key, { ...bucket, tokens: Math.max(0, bucket.tokens - 1) })
  }

  /** Takes back a counted attempt that turned out to be a good one. */
  giveBack(key: string): void {
    const bucket = this.#refill(key)
    this.#store(key, { ...bucket, tokens: Math.min(this.#options.attempts, bucket.tokens + 1) })
  }

  #msPerToken(): number {
    return this.#options.windowMs / this.#options.attempts
  }

  #refill(key: string): Bucket {
    const at = this.#options.now()
    const bucket = this.#buckets.get(key)
    if (!bucket) return { tokens: this.#options.attempts, at }
    const gained = Math.max(0, at - bucket.at) / this.#msPerToken()
    return { tokens: Math.min(this.#options.attempts, bucket.tokens + gained), at }
  }

  #store(key: string, bucket: Bucket): void {
    this.#buckets.delete(key)
    if (bucket.tokens < this.#options.attempts) this.#buckets.set(key, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > maxBuckets && oldest !== undefined) this.#buckets.delete(oldest)
  }
}
