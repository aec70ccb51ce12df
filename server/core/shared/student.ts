/** Coefficients of Acklam's rational approximation. */
const central = {
  a: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ],
  b: [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
}
const tail = {
  c: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  d: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
}
const tailBelow = 0.02425

/** The quantile of the standard normal distribution at `p` in (0, 1), to 1.2e-9 relative (P. J. Acklam, 2003). */
export function normalQuantile(p: number): number {
  if (p > 1 - tailBelow) return -normalQuantile(1 - p)
  if (p < tailBelow) {
    const q = Math.sqrt(-2 * Math.log(p))
    return polynomial(tail.c, q) / polynomial(tail.d, q)
  }
  const q = p - 0.5
  const r = q * q
  return (polynomial(central.a, r) * q) / polynomial(central.b, r)
}

/**
 * The quantile of Student's t at `p` in (0.5, 1), by default for a 95 % interval, with so many degrees of freedom, at least 3: the
 * Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5). To 0.5 % at 0.975, to 3 % at 0.998 with 10 degrees.
 */
export function studentQuantile(degrees: number, p = 0.975): number {
  const z = normalQuantile(p)
  const g1 = (z ** 3 + z) / 4
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}
