/** Codes told apart; the rest are counted together, since modules may send anything as a code. */
const kindsKept = 20
const otherErrors = 'OTHER'

/** How often each kind of error came. */
export class ErrorKinds {
  readonly #counts = new Map<string, number>()

  count(code: string): void {
    const known = this.#counts.get(code)
    const kind = known !== undefined || this.#counts.size < kindsKept ? code : otherErrors
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }

  /** Most first. */
  list(): { code: string; count: number }[] {
    return [...this.#counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count)
  }
}
