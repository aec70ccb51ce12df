/** Runs work of one key strictly one after another, work of different keys side by side. */
export class SerialByKey {
  readonly #tails = new Map<string, Promise<unknown>>()

  /** Starts `work` when everything given earlier for `key` has ended, well or not; settles as `work` does. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key) ?? Promise.resolve()
    const result = before.then(work)
    const tail = result.then(
      () => {},
      () => {},
    )
    this.#tails.set(key, tail)
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    })
    return result
  }
}
