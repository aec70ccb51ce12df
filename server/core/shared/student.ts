/** The 97.5 % point of the normal distribution. */
const z = 1.959_963_985

/**
 * The 97.5 % point of Student's t with so many degrees of freedom, at least 3, to 0.5 %: the Cornish-Fisher expansion
 * (Abramowitz & Stegun 26.7.5).
 */
export function studentQuantile(degrees: number): number {
  const g1 = (z ** 3 + z) / 4
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3
}
