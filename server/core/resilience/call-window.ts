import type { BreakerView } from '../../contracts/breakers.ts'
import { LatencyHistogram } from '../shared/latency-histogram.ts'

interface Bucket {
  successes: number
  failures: number
  rejections: number
  /** Made with the first call that falls into this place of the ring, and kept: an idle breaker has none. */
  latencies: LatencyHistogram | null
}

export interface CallWindowOptions {
  bucketCount: number
  bucketMs: number
}

/** 60 seconds in steps of 5. */
const defaultCallWindow: CallWindowOptions = { bucketCount: 12, bucketMs: 5_000 }

/**
 * What became of the calls of the last minute. A ring of buckets that turns when it is used, by the time it is given: it
 * needs no timer, and recording a call costs the same however full the window is.
 */
export class CallWindow {
  readonly #bucketMs: number
  readonly #buckets: Bucket[]
  /** Number of the newest bucket, counted from the epoch. */
  #newest = 0

  constructor(options: CallWindowOptions = defaultCallWindow) {
    this.#bucketMs = options.bucketMs
    this.#buckets = Array.from({ length: options.bucketCount }, emptyBucket)
  }

  recordSuccess(now: number, latencyMs: number): void {
    const bucket = this.#turnTo(now)
    bucket.successes += 1
    recordLatency(bucket, latencyMs)
  }

  recordFailure(now: number, latencyMs: number): void {
    const bucket = this.#turnTo(now)
    bucket.failures += 1
    recordLatency(bucket, latencyMs)
  }

  recordRejection(now: number): void {
    this.#turnTo(now).rejections += 1
  }

  /** How many calls it holds at this time, at less cost than `summarize`. */
  count(now: number): { calls: number; failures: number } {
    this.#turnTo(now)
    let calls = 0
    let failures = 0
    for (const bucket of this.#buckets) {
      calls += bucket.successes + bucket.failures
      failures += bucket.failures
    }
    return { calls, failures }
  }

  /** The window as it is at this time, oldest bucket first; the newest is still being filled. */
  summarize(now: number): BreakerView['window'] {
    this.#turnTo(now)
    const latencies = new LatencyHistogram()
    const buckets: BreakerView['window']['buckets'] = []
    let successes = 0
    let failures = 0
    for (let age = this.#buckets.length - 1; age >= 0; age -= 1) {
      const bucket = this.#bucketAt(this.#newest - age)
      buckets.push({ successes: bucket.successes, failures: bucket.failures, rejections: bucket.rejections })
      successes += bucket.successes
      failures += bucket.failures
      if (bucket.latencies !== null && bucket.latencies.total > 0) latencies.merge(bucket.latencies)
    }
    const calls = successes + failures
    return {
      seconds: (this.#bucketMs * this.#buckets.length) / 1_000,
      calls,
      failures,
      failureRate: calls === 0 ? 0 : failures / calls,
      p50Ms: latencies.percentile(0.5),
      p95Ms: latencies.percentile(0.95),
      p99Ms: latencies.percentile(0.99),
      bucketSeconds: this.#bucketMs / 1_000,
      buckets,
    }
  }

  #turnTo(now: number): Bucket {
    const number = Math.floor(now / this.#bucketMs)
    const steps = number - this.#newest
    if (steps > 0) {
      for (let step = Math.min(steps, this.#buckets.length); step > 0; step -= 1)
        clearBucket(this.#bucketAt(number - step + 1))
      this.#newest = number
    } else if (steps <= -this.#buckets.length) {
      // The clock was set back by more than the window: what is here would count as new until the clock caught up.
      this.#buckets.forEach(clearBucket)
      this.#newest = number
    }
    return this.#bucketAt(this.#newest)
  }

  #bucketAt(number: number): Bucket {
    // A clock that starts at 0 asks for times before it: the remainder of a negative number is negative.
    const place = ((number % this.#buckets.length) + this.#buckets.length) % this.#buckets.length
    const bucket = this.#buckets[place]
    if (bucket === undefined) throw new RangeError(`No bucket for time slot ${number}`)
    return bucket
  }
}

function emptyBucket(): Bucket {
  return { successes: 0, failures: 0, rejections: 0, latencies: null }
}

function clearBucket(bucket: Bucket): void {
  bucket.successes = 0
  bucket.failures = 0
  bucket.rejections = 0
  bucket.latencies?.clear()
}

function recordLatency(bucket: Bucket, latencyMs: number): void {
  bucket.latencies ??= new LatencyHistogram()
  bucket.latencies.record(latencyMs)
}
