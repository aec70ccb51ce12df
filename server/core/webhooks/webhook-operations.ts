import type { Page } from '../../contracts/common.ts'
import type {
  CreatedWebhook,
  CreateWebhook,
  DeliveryView,
  ListDeliveries,
  UpdateWebhook,
  WebhookView,
} from '../../contracts/webhooks.ts'
import type { Principal } from '../shared/principal.ts'

/** What the core offers of webhooks; see `Operations`. */
export interface WebhookOperations {
  list(tenantId: string): Promise<WebhookView[]>
  /** The answer holds the secret, this once. Throws INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED, TOO_MANY_WEBHOOKS. */
  create(by: Principal, input: CreateWebhook): Promise<CreatedWebhook>
  /** Switching it on again forgets that it failed. Throws WEBHOOK_NOT_FOUND, VERSION_CONFLICT, INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED. */
  update(by: Principal, input: UpdateWebhook): Promise<WebhookView>
  /** With its deliveries. Throws WEBHOOK_NOT_FOUND. */
  remove(by: Principal, id: string): Promise<void>
  /** Puts a test message in the outbox, also of one that is off. Throws WEBHOOK_NOT_FOUND. */
  test(by: Principal, id: string): Promise<DeliveryView>
  /** The newest first. Throws WEBHOOK_NOT_FOUND. */
  deliveries(tenantId: string, filter: ListDeliveries): Promise<Page<DeliveryView>>
  /** Sends the same message again, under the same id. Throws DELIVERY_NOT_FOUND. */
  redeliver(by: Principal, id: string): Promise<DeliveryView>
}
