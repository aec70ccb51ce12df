import { randomFillSync } from 'node:crypto'

const poolBytes = 8_192

/**
 * Random bytes of the operating system's quality, fetched 8 KiB at a time: one call into OpenSSL costs as much for 16 bytes
 * as for thousands (measured: 1.2 µs against 0.1 µs per id).
 */
export class RandomPool {
  readonly #pool = Buffer.alloc(poolBytes)
  #used = poolBytes

  /** The next `count` bytes, at most 64, each given out once. The view is good until the next call. */
  take(count: number): Buffer {
    if (this.#used + count > poolBytes) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    this.#used += count
    return this.#pool.subarray(this.#used - count, this.#used)
  }
}
