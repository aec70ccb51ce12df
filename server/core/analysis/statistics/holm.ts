/**
 * p-values corrected for having tested all of them (Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979): when
 * those up to α are taken, the chance of even one mistake is at most α, however the tests depend on each other.
 */
export function adjustHolm(pValues: readonly number[]): number[] {
  const places = pValues.map((_, place) => place).toSorted((a, b) => pValues[a]! - pValues[b]!)
  const adjusted = pValues.map(() => 1)
  let least = 0
  for (const [rank, place] of places.entries()) {
    least = Math.max(least, Math.min(1, pValues[place]! * (pValues.length - rank)))
    adjusted[place] = least
  }
  return adjusted
}
