/** Tells who holds on to a principal that what somebody may do has just changed in this process. */
export class AccessChanges {
  readonly #listeners = new Set<() => void>()

  /** Returns how to stop. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  announce(): void {
    for (const listener of this.#listeners) listener()
  }
}
