import { requestJson } from './json-http.ts'

const postTimeoutMs = 5_000

/** What a handler tells the control center while it works; where nobody listens, nothing is sent. */
export interface Reports {
  /** What an earlier attempt of the task saved last; null when there is nothing. */
  readonly checkpoint: unknown
  /** Says how far the work is. Does not wait; of reports that pile up only the newest is sent. */
  progress(report: { stage?: string; percent?: number; message?: string }): void
  /** Saves what the next attempt can go on from, in the order of the calls. Resolves when it is kept, or cannot be for now. */
  saveCheckpoint(data: unknown): Promise<void>
}

/** Reports over the callback address of one call, which is null for callers that have none. */
export class CallbackReports implements Reports {
  readonly checkpoint: unknown
  readonly #url: string | null
  readonly #signal: AbortSignal
  #next: unknown = null
  #isSending = false
  #saving: Promise<void> = Promise.resolve()

  constructor(options: { url: string | null; checkpoint: unknown; signal: AbortSignal }) {
    this.#url = options.url
    this.checkpoint = options.checkpoint
    this.#signal = options.signal
  }

  progress(report: { stage?: string; percent?: number; message?: string }): void {
    this.#next = { kind: 'progress', ...report }
    if (!this.#isSending) void this.#sendNewest()
  }

  /** One at a time: of two on their way at once the older could arrive last, and would be what is kept. */
  saveCheckpoint(data: unknown): Promise<void> {
    this.#saving = this.#saving.then(() => this.#post({ kind: 'checkpoint', data }))
    return this.#saving
  }

  async #sendNewest(): Promise<void> {
    this.#isSending = true
    for (let report = this.#next; report !== null; report = this.#next) {
      this.#next = null
      await this.#post(report)
    }
    this.#isSending = false
  }

  /** The work matters more than the report: one that does not arrive is left out. */
  async #post(body: unknown): Promise<void> {
    if (this.#url === null || this.#signal.aborted) return
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(postTimeoutMs)])
    await requestJson(this.#url, { method: 'POST', body, signal }).catch(() => {})
  }
}
