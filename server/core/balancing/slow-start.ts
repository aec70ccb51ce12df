/** How long a new instance takes to reach its full share. */
const slowStartMs = 30_000
/** The share a new instance starts with, so that it is tried at all. */
const leastShare = 0.1

/**
 * The part of its full share that an instance gets `ageMs` after it was registered: grows linearly from 0.1 to 1 within
 * 30 s. Relative to its siblings: instances of one age share evenly from the first call. (Envoy's slow start with
 * aggression 1 and a minimum weight of 10 %.)
 */
export function slowStartShare(ageMs: number): number {
  return Math.min(1, Math.max(leastShare, ageMs / slowStartMs))
}
