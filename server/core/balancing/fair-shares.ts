import { mix } from '../shared/mix.ts'

/** One of those who share something countable. */
export interface Claimant {
  id: string
  /** What nobody else can use in its place; comes first. */
  wanted: number
  /** The most it can use now. */
  usable: number
}

/**
 * Divides `amount` units: first what is wanted, then the rest, each time as evenly as what each can use allows (max-min
 * fairness). The shares add up to the amount, or to all that is usable when that is less. Units that cannot be divided evenly
 * go round in an order that `seed` mixes, so that they do not all fall to the same claimant; whoever computes this from the same
 * numbers finds the same.
 */
export function fairShares(amount: number, claimants: readonly Claimant[], seed: string): Map<string, number> {
  const inTurn = claimants
    .map(({ id, wanted, usable }) => ({
      id,
      turn: mix(`${seed} ${id}`),
      wanted: Math.min(wanted, usable),
      usable,
      share: 0,
    }))
    .sort((a, b) => a.turn - b.turn || (a.id < b.id ? -1 : 1))
  const left = raise(inTurn, amount, claimant => claimant.wanted)
  raise(inTurn, left, claimant => claimant.usable)
  return new Map(inTurn.map(({ id, share }) => [id, share]))
}

/** Raises the lowest shares first, none beyond its limit; answers what is left over. */
function raise<Sharing extends { share: number }>(
  inTurn: readonly Sharing[],
  amount: number,
  limitOf: (claimant: Sharing) => number,
): number {
  let left = amount
  for (;;) {
    const open = inTurn.filter(claimant => claimant.share < limitOf(claimant))
    if (left <= 0 || open.length === 0) return left
    const lowest = Math.min(...open.map(claimant => claimant.share))
    const lowestOnes = open.filter(claimant => claimant.share === lowest)
    const next = Math.min(
      ...lowestOnes.map(limitOf),
      ...open.filter(claimant => claimant.share > lowest).map(claimant => claimant.share),
    )
    const each = Math.min(next - lowest, Math.floor(left / lowestOnes.length))
    if (each === 0) {
      for (const claimant of lowestOnes.slice(0, left)) claimant.share += 1
      return 0
    }
    for (const claimant of lowestOnes) claimant.share += each
    left -= each * lowestOnes.length
  }
}
