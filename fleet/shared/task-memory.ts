interface OpenTask {
  result: Promise<string>
  controller: AbortController
  waiting: number
}

/**
 * Makes work idempotent by task id within one process: a second call of a task that is under way waits for the same work, and
 * one of a task that has ended gets the result that was made then. Work is aborted once nobody waits for it any more. Failed
 * work is forgotten, so that it can be tried again. Keeps at most `maxBytes` of results, the oldest go first.
 */
export class TaskMemory {
  readonly #maxBytes: number
  readonly #open = new Map<string, OpenTask>()
  readonly #results = new Map<string, string>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Resolves with the JSON text of the result; rejects with the work's error, or with the reason of `signal`. */
  async run(taskId: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<string>): Promise<string> {
    signal.throwIfAborted()
    const known = this.#results.get(taskId)
    if (known !== undefined) return known
    const task = this.#open.get(taskId) ?? this.#begin(taskId, work)
    task.waiting += 1
    const left = Promise.withResolvers<never>()
    const leave = () => left.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([task.result, left.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      task.waiting -= 1
      if (task.waiting === 0) this.#abandon(taskId, task, signal.reason)
    }
  }

  #begin(taskId: string, work: (signal: AbortSignal) => Promise<string>): OpenTask {
    const controller = new AbortController()
    const result = work(controller.signal)
    const task = { result, controller, waiting: 0 }
    this.#open.set(taskId, task)
    result.then(
      text => {
        this.#close(taskId, task)
        this.#remember(taskId, text)
      },
      () => this.#close(taskId, task),
    )
    return task
  }

  /** Closed before it is aborted: who comes next must not be given work that is about to fail. */
  #abandon(taskId: string, task: OpenTask, reason: unknown): void {
    this.#close(taskId, task)
    task.controller.abort(reason)
  }

  #close(taskId: string, task: OpenTask): void {
    if (this.#open.get(taskId) === task) this.#open.delete(taskId)
  }

  #remember(taskId: string, text: string): void {
    this.#results.set(taskId, text)
    this.#bytes += text.length
    for (const [oldest, { length }] of this.#results) {
      if (this.#bytes <= this.#maxBytes) return
      this.#results.delete(oldest)
      this.#bytes -= length
    }
  }
}
