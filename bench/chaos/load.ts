import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { ErrorData } from '../../server/contracts/errors.ts'
import type { SubmitReceipt } from '../../server/contracts/tasks.ts'
import { testKey } from '../../server/testing/running-quarterdeck.ts'
import { quantile } from './fault-row.ts'
import type { Stage } from './stage.ts'

export interface LoadOptions {
  perSecond: number
  /** The n-th task; `work` when nothing else is said. */
  task?: (n: number) => object
  /** Whether a submission that was not answered is sent again under its key, to whoever lives, until it is. */
  isPersistent?: boolean
}

/** What became of the submissions of a load. */
export interface LoadReport {
  offered: number
  taken: number
  /** Answered with an error, by its code; `NO_ANSWER` when the connection was lost or nothing came in time. */
  errors: Record<string, number>
  /** Latencies of those that were taken, in ms from when each was due. */
  submitP50Ms: number
  submitP99Ms: number
  /** Codes of what each submission was answered at last, in order; null for taken ones. */
  answers: (string | null)[]
  /** Ids of those taken, in order; null for the others. */
  ids: (string | null)[]
}

const patienceMs = 15_000
const retryGapMs = 100
const headers = { authorization: `Bearer ${testKey}`, 'content-type': 'application/json' }

/** Single submissions at a fixed rate that waits for nobody, each under an idempotency key, over all replicas in turn. */
export class Load {
  readonly #stage: Stage
  readonly #options: LoadOptions
  readonly #pending: Promise<void>[] = []
  readonly #latencies: number[] = []
  readonly #answers: (string | null)[] = []
  readonly #ids: (string | null)[] = []
  readonly #errors: Record<string, number> = {}
  readonly #prefix: string
  /** Connections to each replica: `fetch` costs more than the server takes to answer. */
  readonly #pools = new Map<string, Pool>()
  readonly #ending = new AbortController()
  readonly #done: Promise<void>

  constructor(stage: Stage, options: LoadOptions) {
    this.#stage = stage
    this.#options = options
    this.#prefix = `load-${stage.draw(2 ** 30).toString(36)}`
    this.#done = this.#run()
  }

  /** Ends the load and waits for all its answers. */
  async stop(): Promise<LoadReport> {
    this.#ending.abort()
    await this.#done
    await Promise.all(this.#pending)
    await Promise.all([...this.#pools.values()].map(pool => pool.destroy()))
    return {
      offered: this.#answers.length,
      taken: this.#ids.filter(id => id !== null).length,
      errors: this.#errors,
      submitP50Ms: quantile(this.#latencies, 0.5),
      submitP99Ms: quantile(this.#latencies, 0.99),
      answers: this.#answers,
      ids: this.#ids,
    }
  }

  async #run(): Promise<void> {
    const begun = performance.now()
    for (let sent = 0; !this.#ending.signal.aborted; ) {
      const due = Math.floor(((performance.now() - begun) / 1_000) * this.#options.perSecond) + 1
      for (; sent < due; sent++) {
        this.#answers[sent] = 'NO_ANSWER'
        this.#ids[sent] = null
        this.#pending.push(this.#submit(sent, begun + (sent / this.#options.perSecond) * 1_000))
      }
      await sleep(2)
    }
  }

  async #submit(n: number, dueAt: number): Promise<void> {
    const task = { type: 'work', payload: n, ...this.#options.task?.(n), idempotencyKey: `${this.#prefix}-${n}` }
    const giveUpAt = performance.now() + 60_000
    for (let turn = n; ; turn++) {
      const answer = await this.#once(turn, task)
      if (typeof answer === 'object') {
        this.#stage.acknowledged.add(answer.id)
        this.#latencies.push(performance.now() - dueAt)
        this.#ids[n] = answer.id
        this.#answers[n] = null
        break
      }
      this.#answers[n] = answer
      this.#errors[answer] = (this.#errors[answer] ?? 0) + 1
      if (!this.#options.isPersistent || performance.now() > giveUpAt) break
      await sleep(retryGapMs)
    }
  }

  /** The receipt, or the code of what went wrong. */
  async #once(turn: number, task: object): Promise<SubmitReceipt | string> {
    const { replicas } = this.#stage
    const replica = replicas[turn % Math.max(1, replicas.length)]
    if (!replica) return 'NO_ANSWER'
    try {
      const { body } = await this.#poolOf(replica.url).request({
        path: '/api/trpc/tasks.submit',
        method: 'POST',
        headers,
        body: JSON.stringify(task),
        signal: AbortSignal.timeout(patienceMs),
      })
      const answer = (await body.json()) as { result?: { data: SubmitReceipt }; error?: { data: ErrorData } }
      return answer.result?.data ?? answer.error?.data.appCode ?? 'UNKNOWN'
    } catch {
      return 'NO_ANSWER'
    }
  }

  #poolOf(url: string): Pool {
    const known = this.#pools.get(url)
    if (known) return known
    const pool = new Pool(url, { connections: 64 })
    this.#pools.set(url, pool)
    return pool
  }
}

/** Runs a load for so many seconds. */
export async function offerLoad(stage: Stage, seconds: number, options: LoadOptions): Promise<LoadReport> {
  const load = new Load(stage, options)
  await sleep(seconds * 1_000)
  return load.stop()
}
