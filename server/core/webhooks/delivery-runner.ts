import { Duty } from '../queue/duty.ts'
import type { Clock } from '../shared/clock.ts'
import type { Random } from '../shared/ids.ts'
import type { Logger } from '../shared/logger.ts'
import { nextAttemptInMs } from './retry-plan.ts'
import type { LeasedDelivery, WebhookSender, WebhookStore } from './webhook-store.ts'

export interface DeliveryRunnerOptions {
  store: WebhookStore
  sender: WebhookSender
  clock: Clock
  random: Random
  logger: Logger
  replicaId: string
}

/** Longer than a request may take, with writing down what became of it. */
const leaseMs = 30_000
const atOnce = 16
const idleMs = 2_000
const retryMs = 5_000
const giveUpAfterMs = 86_400_000
const forgetEveryMs = 3_600_000
const keptForMs = 30 * 86_400_000

/** Sends what is due in the outbox. Several replicas may do so at once; each delivery is leased to one. */
export class DeliveryRunner {
  readonly #options: DeliveryRunnerOptions
  readonly #duty: Duty
  #forgetAt = 0

  constructor(options: DeliveryRunnerOptions) {
    this.#options = options
    const { clock, logger } = options
    this.#duty = new Duty({ name: 'webhooks', clock, logger, retryMs, run: () => this.#run() })
  }

  start(): void {
    this.#duty.start(idleMs)
  }

  /** Something may be due. */
  wake(): void {
    this.#duty.runWithin(0)
  }

  /** Resolves when what is being sent has ended; the rest waits for another replica, or the next start. */
  stop(): Promise<void> {
    return this.#duty.stop()
  }

  async #run(): Promise<number> {
    const sent = await this.#sendDue()
    await this.#forget()
    return sent < atOnce ? idleMs : 0
  }

  async #sendDue(): Promise<number> {
    const { store, replicaId } = this.#options
    const due = await store.lease(replicaId, leaseMs, atOnce)
    await Promise.all(due.map(delivery => this.#send(delivery)))
    return due.length
  }

  async #send(delivery: LeasedDelivery): Promise<void> {
    const { store, sender, clock, random, replicaId } = this.#options
    const at = new Date(clock.now()).toISOString()
    const { retryAfterMs, ...answer } = await sender.send(delivery)
    const { httpStatus } = answer
    const isDelivered = httpStatus !== null && httpStatus >= 200 && httpStatus < 300
    // 410: the receiver asks never to be called again (Standard Webhooks). A test is tried once: a person waits for its answer.
    const isOver = isDelivered || httpStatus === 410 || delivery.isTest
    const retryInMs = isOver ? null : nextAttemptInMs(delivery.attempts + 1, retryAfterMs, random())
    await store.settle(replicaId, delivery, { ...answer, at, isDelivered, retryInMs }, giveUpAfterMs)
  }

  async #forget(): Promise<void> {
    const now = this.#options.clock.now()
    if (now < this.#forgetAt) return
    this.#forgetAt = now + forgetEveryMs
    await this.#options.store.forget(now - keptForMs)
  }
}
