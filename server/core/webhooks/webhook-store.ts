import type { Page } from '../../contracts/common.ts'
import type {
  CreateWebhook,
  DeliveryAttempt,
  DeliveryView,
  ListDeliveries,
  UpdateWebhook,
  WebhookView,
} from '../../contracts/webhooks.ts'
import type { Principal } from '../shared/principal.ts'

/** A delivery that this replica has the lease of, with all that sending needs. */
export interface LeasedDelivery {
  tenantId: string
  id: string
  webhookId: string
  url: string
  secret: string
  body: string
  /** Attempts made before. */
  attempts: number
  /** Tests go out though the webhook is off, and do not count for its failing. */
  isTest: boolean
}

/** What became of one attempt. */
export interface AttemptResult extends DeliveryAttempt {
  isDelivered: boolean
  /** Ms until the next attempt; null when there is none. */
  retryInMs: number | null
}

/**
 * Where webhooks and their outbox live. Every method is one transaction, its audit entry included; secrets are sealed at rest.
 * A delivery belongs to whoever holds its lease, by the database's clock.
 */
export interface WebhookStore {
  list(tenantId: string): Promise<WebhookView[]>
  /** False when the tenant has `most` already. */
  create(by: Principal, webhook: CreateWebhook & { id: string; secret: string }, most: number): Promise<boolean>
  /** `missing`: there is none; `conflict`: its version has moved on. */
  update(by: Principal, input: UpdateWebhook): Promise<'updated' | 'missing' | 'conflict'>
  remove(by: Principal, id: string): Promise<boolean>
  /** Puts a test into the outbox; null when there is no such webhook. */
  addTest(by: Principal, webhookId: string, deliveryId: string, body: string): Promise<DeliveryView | null>
  deliveries(tenantId: string, filter: ListDeliveries): Promise<Page<DeliveryView>>
  /** Due again at once; null when there is no such delivery. */
  redeliver(by: Principal, id: string): Promise<DeliveryView | null>
  /** Takes deliveries that are due and nobody else sends, oldest first. */
  lease(replicaId: string, leaseMs: number, limit: number): Promise<LeasedDelivery[]>
  /**
   * Keeps what became of an attempt, when the lease still holds. A webhook whose every attempt has failed for `giveUpAfterMs` is
   * switched off, and its waiting deliveries fail.
   */
  settle(replicaId: string, delivery: LeasedDelivery, result: AttemptResult, giveUpAfterMs: number): Promise<void>
  /** Forgets deliveries that ended before the moment (ms since the epoch). */
  forget(beforeMs: number): Promise<void>
}

/** Sends one signed message and reads the beginning of its answer. Never throws: what goes wrong is in the answer. */
export interface WebhookSender {
  send(message: { id: string; url: string; secret: string; body: string }): Promise<SendResult>
  /** Throws INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED. */
  checkUrl(url: string): Promise<void>
}

export interface SendResult {
  /** Null when there was no answer. */
  httpStatus: number | null
  latencyMs: number
  /** The beginning of the answer, or what went wrong. */
  excerpt: string
  /** What the receiver asked us to wait, in ms. */
  retryAfterMs: number | null
}
