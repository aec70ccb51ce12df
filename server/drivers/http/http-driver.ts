import type { IncomingMessage, ServerResponse } from 'node:http'
import { limits } from '#server/contracts/common.ts'
import type { Driver, DriverCall, DriverHealth, DriverOutcome } from '#server/core/queue/driver.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import type { Logger } from '#server/core/shared/logger.ts'
import type { StopSignal } from '#server/core/shared/stop-switch.ts'
import { TurnoverMap } from '#server/core/shared/turnover-map.ts'
import type { AddressPolicy } from '../address-policy.ts'
import { CallScope } from './call-scope.ts'
import { callbackPath } from './callback-path.ts'
import type { CallbackRelay } from './callback-relay.ts'
import { serveCallback } from './callback-request.ts'
import { type CallbackAnswer, CallbackTable, type CallbackTicket } from './callback-table.ts'
import { createGuardedConnector } from './connect.ts'
import { ConnectionPools } from './connection-pools.ts'
import { exchange } from './exchange.ts'
import { describeUnreachable, toFailure } from './failures.ts'
import { healthAnswerBytes, healthRequest, readHealthAnswer } from './health-answer.ts'
import { buildProcessRequest } from './process-request.ts'
import { type Accepted, readAnswer } from './read-answer.ts'
import { WebhookSigner } from './webhook-signer.ts'

/** A module that ended a call by callback gets so long to answer the request itself; then its connection is closed. */
const lingerMs = 1_000

const acceptedWithoutCallback: DriverOutcome = {
  kind: 'failed',
  code: 'BAD_RESPONSE',
  message: 'The module answered 202, but takes the payload alone and so has no callback address for its result.',
  retryable: null,
}

export interface HttpDriverOptions {
  addressPolicy: AddressPolicy
  clock: Clock
  logger: Logger
  /** Under which modules reach this replica, such as `http://10.0.0.5:3000`; asked anew for each call. */
  callbacks: {
    baseUrl(): string
    /** Where that address may lead to any replica: takes callbacks on to the one that they are for. */
    relay?: CallbackRelay
  }
  /** Largest answer, in bytes; what is longer is not read. 256 KiB by default. */
  maxResultBytes?: number
  connectTimeoutMs?: number
  /** No call lasts longer, whatever its signal does. By default just beyond the longest time-out of breakers and tasks. */
  callCeilingMs?: number
  /** Longest silence within the body of an answer. */
  bodyTimeoutMs?: number
  healthCeilingMs?: number
}

/** The HTTP driver, and the receiving side of its callbacks. */
export interface HttpDriver extends Driver {
  /** Takes one callback, already parsed; see `docs/module-protocol.md`. Never throws. */
  handleCallback(token: string, body: unknown): Promise<CallbackAnswer>
  /** Serves `POST /api/v1/callbacks/<token>` from request to answer. Never rejects. */
  handleCallbackRequest(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Calls whose callback token is alive. */
  readonly openCalls: number
}

/** Calls modules by HTTP as `docs/module-protocol.md` says. Opens no connection before the first call. */
export function createHttpDriver(options: HttpDriverOptions): HttpDriver {
  return new ModuleHttpDriver(options)
}

class ModuleHttpDriver implements HttpDriver {
  readonly name = 'http'
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #callbackBaseUrl: () => string
  readonly #maxResultBytes: number
  readonly #callCeilingMs: number
  readonly #healthCeilingMs: number
  readonly #pools: ConnectionPools
  readonly #callbacks: CallbackTable
  readonly #relay: CallbackRelay | null
  readonly #signer = new WebhookSigner()
  /** By the order in which they were opened. */
  readonly #scopes = new TurnoverMap<number, CallScope>()
  #opened = 0

  constructor(options: HttpDriverOptions) {
    this.#clock = options.clock
    this.#logger = options.logger
    this.#callbackBaseUrl = () => options.callbacks.baseUrl()
    this.#maxResultBytes = options.maxResultBytes ?? limits.resultBytes
    this.#callCeilingMs = options.callCeilingMs ?? 3_605_000
    this.#healthCeilingMs = options.healthCeilingMs ?? 10_000
    const { relay = null } = options.callbacks
    this.#relay = relay
    this.#callbacks = new CallbackTable(this.#maxResultBytes, relay ? secret => relay.sign(secret) : undefined)
    this.#pools = new ConnectionPools({
      connect: createGuardedConnector({
        policy: options.addressPolicy,
        timeoutMs: options.connectTimeoutMs ?? 5_000,
      }),
      headersTimeoutMs: this.#callCeilingMs,
      bodyTimeoutMs: options.bodyTimeoutMs ?? 300_000,
    })
  }

  get openCalls(): number {
    return this.#callbacks.size
  }

  async call(call: DriverCall, signal: StopSignal): Promise<DriverOutcome> {
    const ticket = call.module.bodyStyle === 'envelope' ? this.#openTicket(call) : null
    const scope = this.#openScope(signal, this.#callCeilingMs)
    const answer = this.#process(call, ticket, scope)
    try {
      // What the module ended by callback has ended, whatever becomes of the request that started it.
      const first = ticket === null ? await answer : await Promise.race([answer, ticket.ended])
      if (ticket?.outcome) return ticket.outcome
      if (first.kind !== 'accepted') return first
      return ticket === null ? acceptedWithoutCallback : await scope.race(ticket.ended)
    } catch (error) {
      return ticket?.outcome ?? toFailure(error)
    } finally {
      ticket?.close()
      if (ticket?.outcome) this.#letEnd(answer, scope)
      else this.#closeScope(scope)
    }
  }

  async checkHealth(instance: { id: string; endpoint: string }, signal: AbortSignal): Promise<DriverHealth> {
    const startedAt = this.#clock.now()
    const scope = this.#openScope(signal, this.#healthCeilingMs)
    try {
      const target = this.#pools.target(instance.endpoint)
      const answer = await exchange(target, healthRequest, scope, healthAnswerBytes)
      return { ...readHealthAnswer(answer), latencyMs: this.#clock.now() - startedAt }
    } catch (error) {
      const latencyMs = this.#clock.now() - startedAt
      return { status: 'unhealthy', load: null, latencyMs, reason: describeUnreachable(error) }
    } finally {
      this.#closeScope(scope)
    }
  }

  handleCallback(token: string, body: unknown): Promise<CallbackAnswer> {
    return this.#callbacks.deliver(token, body)
  }

  handleCallbackRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
    return serveCallback({ table: this.#callbacks, relay: this.#relay }, this.#maxResultBytes, req, res)
  }

  release(endpoint: string): void {
    this.#pools.release(endpoint).catch((error: unknown) => {
      this.#logger.warn({ endpoint, error }, 'The connections to an endpoint could not be closed')
    })
  }

  async close(): Promise<void> {
    for (const scope of this.#scopes.values()) scope.end('closing')
    await this.#pools.close()
  }

  async #process(call: DriverCall, ticket: CallbackTicket | null, scope: CallScope): Promise<DriverOutcome | Accepted> {
    const target = this.#pools.target(call.instance.endpoint)
    const callback = ticket && { url: `${this.#callbackBaseUrl()}${callbackPath}${ticket.token}`, token: ticket.token }
    const request = buildProcessRequest(call, callback, this.#signer, this.#clock.now())
    const answer = await exchange(target, { method: 'POST', path: '/process', ...request }, scope, this.#maxResultBytes)
    return readAnswer(answer, this.#clock.now())
  }

  #openTicket(call: DriverCall): CallbackTicket {
    return this.#callbacks.open(async report => {
      try {
        return await call.onReport(report)
      } catch (error) {
        this.#logger.error({ taskId: call.taskId, kind: report.kind, error }, 'A report of a module was not handled')
        return 'unavailable'
      }
    })
  }

  /** Closes the scope of a call that ended by callback with its request, which may yet be answered for a moment. */
  #letEnd(answer: Promise<unknown>, scope: CallScope): void {
    const cancelTimer = this.#clock.setTimer(lingerMs, () => scope.end('closing'))
    const close = () => {
      cancelTimer()
      this.#closeScope(scope)
    }
    answer.then(close, close)
  }

  #openScope(signal: StopSignal, ceilingMs: number): CallScope {
    const scope = new CallScope(++this.#opened, { clock: this.#clock, caller: signal, ceilingMs })
    this.#scopes.set(scope.number, scope)
    return scope
  }

  #closeScope(scope: CallScope): void {
    scope.dispose()
    this.#scopes.delete(scope.number)
  }
}
