import { mix } from '../shared/mix.ts'

/**
 * Whether `own` is the one of all replicas that something falls to: the highest of a hash of both (rendezvous hashing, Thaler
 * and Ravishankar 1998). All that know the same others agree, and when one comes or goes only its own part moves.
 */
export function isFirstFor(what: string, own: string, others: readonly string[]): boolean {
  const mine = mix(`${what} ${own}`)
  return others.every(other => {
    const theirs = mix(`${what} ${other}`)
    return theirs < mine || (theirs === mine && other > own)
  })
}
