import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { BackOff } from './back-off.ts'
import { type ControlCenter, ControlCenterError } from './control-center.ts'
import type { FeedTask, GraphTask } from './task-mix.ts'

const burstConnections = 16
const burstLimitMs = 60_000
/** How often tasks that depend on each other are fed instead of a single one. */
const graphShare = 0.03
/** After a pause the feeder goes on at its rate; it does not make up for what it left out. */
const mostBehindMs = 1_000

export interface FeederOptions {
  center: ControlCenter
  mix: { next(): Promise<FeedTask>; nextGraph(): GraphTask[] }
  /** Tasks per second on average; 0 feeds nothing. */
  rate: number
  /** Told of refusals that no retry will change. */
  say: (line: string) => void
}

export interface FeederStats {
  rate: number
  submitted: number
  /** By error code; refusals that were retried are not counted. */
  refused: Record<string, number>
  isReachable: boolean
}

export interface BurstReport {
  requested: number
  accepted: number
  refused: Record<string, number>
  durationMs: number
}

/**
 * Keeps work flowing to the control center, at random moments with a given mean rate, and in bursts on demand. Each task has an
 * idempotency key and is sent again with it until there is an answer, so an outage neither loses nor doubles one; when the
 * control center says "later" or is away, all submissions pause together.
 */
export class Feeder {
  readonly #options: FeederOptions
  readonly #backOff = new BackOff()
  readonly #run = randomUUID()
  readonly #refused: Record<string, number> = {}
  #made = 0
  #submitted = 0

  constructor(options: FeederOptions) {
    this.#options = options
  }

  get stats(): FeederStats {
    const { rate, center } = this.#options
    return { rate, submitted: this.#submitted, refused: { ...this.#refused }, isReachable: center.isReachable }
  }

  /** Feeds until `signal` aborts. */
  async feed(signal: AbortSignal): Promise<void> {
    const { rate } = this.#options
    if (rate === 0) return
    let dueMs = Date.now()
    while (!signal.aborted) {
      dueMs = Math.max(dueMs + randomGapMs(rate), Date.now() - mostBehindMs)
      try {
        await delay(Math.max(0, dueMs - Date.now()), undefined, { signal })
        await (Math.random() < graphShare ? this.#submitGraph(signal) : this.#submitNext(signal))
      } catch (error) {
        if (!signal.aborted) throw error
      }
    }
  }

  /** Submits this many tasks as fast as they are taken; gives up after a minute on those that are not. */
  async burst(count: number, signal: AbortSignal): Promise<BurstReport> {
    const startedMs = Date.now()
    const limited = AbortSignal.any([signal, AbortSignal.timeout(burstLimitMs)])
    const refused: Record<string, number> = {}
    let left = count
    let accepted = 0
    const work = async () => {
      while (left > 0) {
        left -= 1
        const code = await this.#submitNext(limited).catch(error => {
          if (limited.aborted) return 'GAVE_UP'
          throw error
        })
        if (code === null) accepted += 1
        else refused[code] = (refused[code] ?? 0) + 1
      }
    }
    await Promise.all(Array.from({ length: burstConnections }, work))
    return { requested: count, accepted, refused, durationMs: Date.now() - startedMs }
  }

  /** Null when it was accepted, else the code it was refused with. Rejects only when `signal` aborts. */
  async #submitNext(signal: AbortSignal): Promise<string | null> {
    this.#made += 1
    const idempotencyKey = `fleet-${this.#run}-${this.#made}`
    const work = await this.#options.mix.next().catch(this.#reportUnmade)
    if (work === null) return 'NOT_MADE'
    return this.#send('tasks.submit', { ...work, idempotencyKey }, 1, signal)
  }

  /** Tasks that depend on each other, in one batch; an entry that is refused costs only what depends on it. */
  async #submitGraph(signal: AbortSignal): Promise<void> {
    this.#made += 1
    const key = `fleet-${this.#run}-${this.#made}`
    const tasks = this.#options.mix.nextGraph().map(task => ({ ...task, idempotencyKey: `${key}-${task.ref}` }))
    await this.#send('tasks.submitBatch', { tasks }, tasks.length, signal)
  }

  async #send(procedure: string, input: unknown, count: number, signal: AbortSignal): Promise<string | null> {
    for (;;) {
      await this.#backOff.wait(signal)
      try {
        signal.throwIfAborted()
        await this.#options.center.mutate(procedure, input, signal)
        this.#backOff.succeeded()
        this.#submitted += count
        return null
      } catch (error) {
        if (!(error instanceof ControlCenterError)) throw error
        if (!error.retryable) return this.#giveUp(error)
        this.#backOff.refused(error.retryAfterMs)
      }
    }
  }

  /** Says each code once: what is wrong with one task is usually wrong with the next. */
  #giveUp({ code, message }: ControlCenterError): string {
    if (this.#refused[code] === undefined) this.#options.say(`fleet: a task was refused: ${message} (${code})`)
    this.#refused[code] = (this.#refused[code] ?? 0) + 1
    return code
  }

  /** A package can go while we read it, when somebody installs others. */
  readonly #reportUnmade = (error: Error): null => {
    this.#options.say(`fleet: no task could be made: ${error.message}`)
    return null
  }
}

/** Time to the next of events that happen independently of each other. */
function randomGapMs(rate: number): number {
  return (-Math.log(1 - Math.random()) * 1_000) / rate
}
