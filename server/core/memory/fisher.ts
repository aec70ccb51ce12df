/** ln(n!) by n, grown as asked for. */
const logFactorials: number[] = [0]

function logFactorial(count: number): number {
  for (let next = logFactorials.length; next <= count; next++) {
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next))
  }
  return logFactorials[count] ?? 0
}

function logChoose(from: number, taken: number): number {
  return logFactorial(from) - logFactorial(taken) - logFactorial(from - taken)
}

/**
 * One-sided exact test of Fisher (1935): how likely it is, when the trait has nothing to do with it, that so many or more of the
 * `support` calls with a trait are among the `marked` of all `total` calls. The upper tail of the hypergeometric distribution.
 */
export function fisherUpperTail(table: { hits: number; support: number; marked: number; total: number }): number {
  const { hits, support, marked, total } = table
  const most = Math.min(support, marked)
  const logTotal = logChoose(total, support)
  let sum = 0
  for (let count = hits; count <= most; count++) {
    if (support - count > total - marked) continue
    sum += Math.exp(logChoose(marked, count) + logChoose(total - marked, support - count) - logTotal)
  }
  return Math.min(1, sum)
}

/**
 * q-values after Benjamini & Hochberg (1995), in the order given: accepting all with q at most α holds the expected share of false
 * discoveries at α, over as many tests as there are values, when the tests are independent or positively dependent.
 */
export function falseDiscoveryRates(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).toSorted((a, b) => (pValues[b] ?? 1) - (pValues[a] ?? 1))
  const rates = new Array<number>(pValues.length).fill(1)
  let least = 1
  for (const [place, index] of order.entries()) {
    const rank = pValues.length - place
    least = Math.min(least, ((pValues[index] ?? 1) * pValues.length) / rank)
    rates[index] = least
  }
  return rates
}
