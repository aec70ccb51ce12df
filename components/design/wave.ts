/** `length` values that swing around `middle` by at most `swing`; the same every time. */
export function wave(length: number, middle: number, swing: number): number[] {
  return Array.from(
    { length },
    (_, index) => middle + swing * (0.7 * Math.sin(index / 4) + 0.3 * Math.sin(index * 1.7)),
  )
}
