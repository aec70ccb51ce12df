import type { Page } from '../../contracts/common.ts'
import type {
  CreatedWebhook,
  CreateWebhook,
  DeliveryView,
  ListDeliveries,
  UpdateWebhook,
  WebhookBody,
  WebhookView,
} from '../../contracts/webhooks.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { IdSource } from '../shared/ids.ts'
import type { Principal } from '../shared/principal.ts'
import type { DeliveryRunner } from './delivery-runner.ts'
import type { WebhookOperations } from './webhook-operations.ts'
import type { WebhookSender, WebhookStore } from './webhook-store.ts'

export interface WebhookServiceOptions {
  store: WebhookStore
  sender: Pick<WebhookSender, 'checkUrl'>
  runner: DeliveryRunner
  newSecret: () => string
  clock: Clock
  ids: IdSource
}

const mostWebhooks = 50

/** What admins do with webhooks, and what became of their deliveries. */
export class WebhookService implements WebhookOperations {
  readonly #options: WebhookServiceOptions

  constructor(options: WebhookServiceOptions) {
    this.#options = options
  }

  list(tenantId: string): Promise<WebhookView[]> {
    return this.#options.store.list(tenantId)
  }

  async create(by: Principal, input: CreateWebhook): Promise<CreatedWebhook> {
    const { store, sender, ids, newSecret } = this.#options
    await sender.checkUrl(input.url)
    const id = ids.next()
    const secret = newSecret()
    if (!(await store.create(by, { ...input, id, secret }, mostWebhooks))) {
      throw new QuarterdeckError('TOO_MANY_WEBHOOKS', {
        message: `There are ${mostWebhooks} webhooks already.`,
        action: 'Remove one that is not needed any more.',
      })
    }
    return { ...(await this.#require(by.tenantId, id)), secret }
  }

  async update(by: Principal, input: UpdateWebhook): Promise<WebhookView> {
    await this.#options.sender.checkUrl(input.url)
    const result = await this.#options.store.update(by, input)
    const webhook = await this.#require(by.tenantId, input.id)
    if (result === 'updated') return webhook
    throw new QuarterdeckError('VERSION_CONFLICT', {
      message: 'The webhook was changed by somebody else in the meantime.',
      action: 'Load it again and repeat the change on what is there now.',
      details: { currentVersion: webhook.version },
    })
  }

  async remove(by: Principal, id: string): Promise<void> {
    if (!(await this.#options.store.remove(by, id))) throw webhookNotFound(id)
  }

  async test(by: Principal, id: string): Promise<DeliveryView> {
    const { store, clock, ids, runner } = this.#options
    const timestamp = new Date(clock.now()).toISOString()
    const body: WebhookBody = { type: 'webhook.test', timestamp, data: { tenantId: by.tenantId, alert: null } }
    const delivery = await store.addTest(by, id, ids.next(), JSON.stringify(body))
    if (!delivery) throw webhookNotFound(id)
    runner.wake()
    return delivery
  }

  async deliveries(tenantId: string, filter: ListDeliveries): Promise<Page<DeliveryView>> {
    await this.#require(tenantId, filter.webhookId)
    return this.#options.store.deliveries(tenantId, filter)
  }

  async redeliver(by: Principal, id: string): Promise<DeliveryView> {
    const { store, runner } = this.#options
    const delivery = await store.redeliver(by, id)
    if (!delivery) {
      throw new QuarterdeckError('DELIVERY_NOT_FOUND', {
        message: `There is no delivery ${id}.`,
        action: 'Check the id; deliveries are kept for 30 days.',
      })
    }
    runner.wake()
    return delivery
  }

  async #require(tenantId: string, id: string): Promise<WebhookView> {
    const webhook = (await this.list(tenantId)).find(each => each.id === id)
    if (!webhook) throw webhookNotFound(id)
    return webhook
  }
}

function webhookNotFound(id: string): QuarterdeckError {
  return new QuarterdeckError('WEBHOOK_NOT_FOUND', {
    message: `There is no webhook ${id}.`,
    action: 'It may have been removed; webhooks.list names all there are.',
  })
}
