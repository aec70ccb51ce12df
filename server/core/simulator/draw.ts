/**
 * A number in [0, 1) that depends on these numbers alone, so that two runs draw the same for the same call whatever else
 * happens in them (common random numbers): the finish of MurmurHash3 over each part.
 */
export function draw(...parts: readonly number[]): number {
  let hash = 0x9747b28c
  for (const part of parts) {
    hash = Math.imul(hash ^ (part | 0), 0xcc9e2d51)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return (hash >>> 0) / 4_294_967_296
}

/** A stream of numbers in [0, 1), the same for the same seed. */
export function createDraws(seed: number): () => number {
  let count = 0
  return () => draw(seed, count++)
}
