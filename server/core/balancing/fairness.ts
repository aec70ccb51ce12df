/**
 * Jain's index of what each got relative to what it is due: (Σx)² / (n Σx²). 1 when perfectly even, 1/n when one got all;
 * null when nobody got anything.
 */
export function jainIndex(shares: readonly number[]): number | null {
  let sum = 0
  let squares = 0
  for (const share of shares) {
    sum += share
    squares += share * share
  }
  return squares === 0 ? null : (sum * sum) / (shares.length * squares)
}
