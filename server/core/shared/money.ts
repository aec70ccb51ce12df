/** Money is kept to ten decimals of a dollar, as the database keeps it: a millisecond at $1 an hour is $0.0000002778. */
const decimals = 1e10

/** An amount in USD without the dust that binary fractions leave. */
export function toMoney(usd: number): number {
  return Math.round(usd * decimals) / decimals
}

export function sumMoney(amounts: readonly number[]): number {
  return toMoney(amounts.reduce((sum, usd) => sum + usd, 0))
}

/** An amount in words for a reason or a message: `$12.50`, `$0.004`, `$0.0000002778`. */
export function describeUsd(usd: number): string {
  if (usd === 0) return '$0'
  const places = Math.abs(usd) >= 1 ? 2 : Math.min(10, 3 - Math.floor(Math.log10(Math.abs(usd))))
  const text = usd.toFixed(places)
  return `$${Math.abs(usd) >= 1 ? text : text.replace(/0+$/, '')}`
}
