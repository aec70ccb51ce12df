/** ln Γ(x) for x > 0 (Lanczos, 1964, with g = 5 and six terms), to 2e-10. */
function logGamma(x: number): number {
  const coefficients = [
    76.180_091_729_47, -86.505_320_329_42, 24.014_098_240_83, -1.231_739_572_45, 0.001_208_650_973_866,
    -0.000_005_395_239_385,
  ]
  const base = x + 5.5
  let series = 1.000_000_000_190_015
  for (const [index, coefficient] of coefficients.entries()) series += coefficient / (x + index + 1)
  return (x + 0.5) * Math.log(base) - base + Math.log((2.506_628_274_631 * series) / x)
}

/** The regularized incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22) after Lentz. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  const tiny = 1e-300
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1), tiny)
  let c = 1
  let fraction = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + even * d, tiny)
    c = guard(1 + even / c, tiny)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + odd * d, tiny)
    c = guard(1 + odd / c, tiny)
    const step = d * c
    fraction *= step
    if (Math.abs(step - 1) < 1e-12) break
  }
  return Math.min(1, front * fraction)
}

function guard(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/** P(X >= hits) for X binomial: how likely so many or more are when each of `size` has the chance. */
export function binomialAtLeast(hits: number, size: number, chance: number): number {
  if (hits <= 0) return 1
  return hits > size ? 0 : incompleteBeta(chance, hits, size - hits + 1)
}

/** P(X <= hits) for X binomial. */
export function binomialAtMost(hits: number, size: number, chance: number): number {
  if (hits >= size) return 1
  return incompleteBeta(1 - chance, size - hits, hits + 1)
}

/** P(X >= count) for X Poisson with this mean. */
export function poissonAtLeast(count: number, mean: number): number {
  if (count <= 0) return 1
  if (mean <= 0) return 0
  let sum = 0
  const first = count > mean ? count : 0
  const last = count > mean ? Number.POSITIVE_INFINITY : count - 1
  let term = Math.exp(first * Math.log(mean) - mean - logGamma(first + 1))
  for (let k = first; k <= last; k++) {
    sum += term
    term *= mean / (k + 1)
    if (term <= 1e-18 * sum && k > mean) break
  }
  return Math.min(1, count > mean ? sum : Math.max(0, 1 - sum))
}

/** P(T >= t) for Student's t. */
export function studentAtLeast(t: number, degrees: number): number {
  const half = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  return t >= 0 ? half : 1 - half
}

/** P(Z >= z) for the standard normal distribution (Abramowitz & Stegun 26.2.17 near 0; the asymptotic series 26.2.12 far out). */
export function normalAtLeast(z: number): number {
  if (z < 0) return 1 - normalAtLeast(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z > 6) return (density / z) * (1 - 1 / z ** 2 + 3 / z ** 4)
  const t = 1 / (1 + 0.231_641_9 * z)
  const series = 0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429)))
  return density * t * series
}
