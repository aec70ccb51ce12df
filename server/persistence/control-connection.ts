import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '#server/core/shared/logger.ts'

export interface ControlConnectionOptions {
  url: string
  /** As it is shown in `pg_stat_activity`. */
  name: string
  logger: Logger
}

const connectTimeoutMs = 3_000
/** Statements of this connection take milliseconds; one that takes this long goes nowhere. */
const answerTimeoutMs = 2_500
const firstRetryMs = 100
const lastRetryMs = 2_000
const channel = 'quarterdeck'

/**
 * A connection of its own for what must get through whatever else goes on: heartbeats, leases and signals wait neither for a
 * free connection of a pool nor behind slow statements. It listens, comes back by itself when it is lost, and takes a line
 * on which no answer comes (half-open: the other side is gone and nobody said so) for lost.
 */
export class ControlConnection {
  readonly #options: ControlConnectionOptions
  readonly #notified = new Set<(payload: string) => void>()
  readonly #connected = new Set<() => void>()
  #line: { client: pg.Client; socket: Socket } | null = null
  /** Statements go one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: ControlConnectionOptions) {
    this.#options = options
  }

  /** Resolves when it is there for the first time; rejects when the database cannot be reached. */
  async open(): Promise<void> {
    await this.#connect()
  }

  /** Runs one statement after those before it. Rejects while the connection is away, and when no answer comes for 2.5 s. */
  query<Row extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<Row[]> {
    const answer = this.#last.then(() => this.#query<Row>(statement))
    this.#last = answer.catch(() => {})
    return answer
  }

  /** The address of this machine as the connection uses it; null while it is away. */
  get localAddress(): string | null {
    return this.#line?.socket.localAddress ?? null
  }

  /** Called with each notification, those of this connection included. */
  onNotification(listener: (payload: string) => void): void {
    this.#notified.add(listener)
  }

  /** Called whenever it is there again after it was lost: notifications may have been missed. */
  onReconnected(listener: () => void): void {
    this.#connected.add(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const line = this.#line
    this.#line = null
    await line?.client.end()
  }

  async #query<Row extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<Row[]> {
    const line = this.#line
    if (line === null) throw new Error('the control connection to the database is away')
    try {
      const { rows } = await line.client.query<Row>(statement)
      return rows
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) line.socket.destroy()
      throw error
    }
  }

  async #connect(): Promise<void> {
    const socket = new Socket()
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: this.#options.name,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: answerTimeoutMs,
      statement_timeout: answerTimeoutMs,
      keepAlive: true,
      stream: () => socket,
    })
    const line = { client, socket }
    client.on('error', () => socket.destroy())
    client.on('end', () => void this.#lost(line))
    client.on('notification', ({ payload }) => this.#notify(payload ?? ''))
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
    } catch (error) {
      socket.destroy()
      throw error
    }
    this.#line = line
  }

  /** Connects again, ever less often, until it is there or closed. */
  async #lost(line: { client: pg.Client }): Promise<void> {
    if (this.#isClosed || this.#line?.client !== line.client) return
    this.#line = null
    this.#options.logger.warn({ connection: this.#options.name }, 'the control connection was lost; connecting again')
    for (let retryMs = firstRetryMs; !this.#isClosed && this.#line === null; retryMs *= 2) {
      await sleep(Math.min(retryMs, lastRetryMs) * (0.5 + Math.random() / 2))
      await this.#connect().catch(() => {})
    }
    if (this.#isClosed) return this.close()
    for (const listener of this.#connected) listener()
  }

  #notify(payload: string): void {
    for (const listener of this.#notified) {
      try {
        listener(payload)
      } catch (error) {
        this.#options.logger.error({ error }, 'a notification could not be handled')
      }
    }
  }
}
