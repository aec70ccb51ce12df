import { Agent } from 'undici'
import { excerptLength } from '#server/contracts/webhooks.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import { QuarterdeckError } from '#server/core/shared/errors.ts'
import { toStorableText } from '#server/core/shared/storable-text.ts'
import type { SendResult, WebhookSender } from '#server/core/webhooks/webhook-store.ts'
import { AddressNotAllowedError, type AddressPolicy } from '../address-policy.ts'
import { ConnectFailedError, createGuardedConnector } from './connect.ts'
import { parseRetryAfter } from './retry-after.ts'
import { WebhookSigner } from './webhook-signer.ts'

export interface HttpWebhookSenderOptions {
  addressPolicy: AddressPolicy
  clock: Clock
  /** For the whole exchange; 15 s, as Standard Webhooks proposes. */
  timeoutMs?: number
}

const connectTimeoutMs = 5_000

/**
 * Sends webhooks over HTTP, signed as https://www.standardwebhooks.com says. The address policy of modules holds for them, on the
 * connected address; redirects are not followed, and of an answer only its beginning is read.
 */
export class HttpWebhookSender implements WebhookSender {
  readonly #options: HttpWebhookSenderOptions
  readonly #agent: Agent
  readonly #signer = new WebhookSigner()

  constructor(options: HttpWebhookSenderOptions) {
    this.#options = options
    const connect = createGuardedConnector({ policy: options.addressPolicy, timeoutMs: connectTimeoutMs })
    this.#agent = new Agent({ connect, allowH2: false, pipelining: 1 })
  }

  async checkUrl(text: string): Promise<void> {
    const url = new URL(text)
    try {
      await this.#options.addressPolicy.checkUrl(`${url.origin}${url.pathname}`)
    } catch (error) {
      if (!(error instanceof QuarterdeckError)) throw error
      const problem =
        error.code === 'ADDRESS_NOT_ALLOWED' ? 'is a private, local or reserved address' : error.message.toLowerCase()
      throw new QuarterdeckError(error.code, {
        message: error.message.replace('where modules may not live', 'where webhooks may not be sent'),
        action: error.action,
        details: { ...error.details, problems: [{ path: 'url', problem }] },
      })
    }
  }

  async send({ id, url, secret, body }: Parameters<WebhookSender['send']>[0]): Promise<SendResult> {
    const { clock, timeoutMs = 15_000 } = this.#options
    const startedAt = clock.now()
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const { origin, pathname, search } = new URL(url)
      const response = await this.#agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Quarterdeck',
          ...this.#signer.sign(secret, id, startedAt, body),
        },
        body,
        signal,
      })
      const excerpt = await readBeginning(response.body)
      const { 'retry-after': retryAfter } = response.headers
      return {
        httpStatus: response.statusCode,
        latencyMs: clock.now() - startedAt,
        excerpt,
        retryAfterMs: parseRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined, clock.now()),
      }
    } catch (error) {
      const excerpt = signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : describeFailure(error)
      return { httpStatus: null, latencyMs: clock.now() - startedAt, excerpt, retryAfterMs: null }
    }
  }

  /** Ends every connection at once. */
  async close(): Promise<void> {
    await this.#agent.destroy()
  }
}

/** The first characters of a body; the rest is not read, and its connection closed. */
async function readBeginning(body: AsyncIterable<Buffer> & { destroy(): void }): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= excerptLength) break
  }
  return toStorableText(Buffer.concat(chunks).toString('utf8'), excerptLength)
}

function describeFailure(error: unknown): string {
  if (error instanceof ConnectFailedError || error instanceof AddressNotAllowedError) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === 'ECONNRESET' || code === 'UND_ERR_SOCKET'
    ? 'the connection was closed before an answer'
    : 'the request failed'
}
