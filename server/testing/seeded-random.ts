import type { IdSource, Random } from '../core/shared/ids.ts'

/** The same numbers in [0, 1) for the same seed: mulberry32, 32 bits of state, good enough to draw test cases from. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The first millisecond of 2026, where `createSeededIds` starts when it is given no clock. */
const defaultStartMs = Date.UTC(2026, 0, 1)

/**
 * UUIDs of version 7 that sort in the order in which they were made and are the same for the same seed. The time in them
 * is `now()`, never running backwards; without a clock it stands still and the counter behind it moves.
 */
export function createSeededIds(seed: number, now: () => number = () => defaultStartMs): IdSource {
  const random = createSeededRandom(seed)
  let lastMs = 0
  let counter = 0
  return {
    next() {
      const ms = now()
      counter = ms > lastMs ? 0 : counter + 1
      lastMs = Math.max(lastMs, ms) + Math.floor(counter / 0x1000)
      counter %= 0x1000
      const time = lastMs.toString(16).padStart(12, '0')
      const variant = (8 + Math.floor(random() * 4)).toString(16)
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${variant}${randomHex(random, 3)}-${randomHex(random, 12)}`
    },
  }
}

function randomHex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
