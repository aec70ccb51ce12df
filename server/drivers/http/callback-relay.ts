import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { request } from 'undici'
import { callbackPath } from './callback-path.ts'
import { type CallbackAnswer, refuse, unknownToken } from './callback-table.ts'

export interface CallbackRelayOptions {
  /** Of the installation, for this purpose. */
  key: Buffer
  replicaId: string
  /** Where a replica that lives is reached by others; null when it is not known, or gone. */
  addressOf: (replicaId: string) => Promise<string | null>
}

const timeoutMs = 10_000
const markBytes = 12
const unreachable = refuse(
  503,
  'REPLICA_UNREACHABLE',
  'The replica that waits for this callback cannot be reached now.',
  'Send it again in a few seconds.',
)

/**
 * Brings callbacks to the replica whose call they belong to. Behind a load balancer they arrive at any: so the token names its
 * replica, with a mark that only replicas of this installation can make, and whoever gets one of another's passes it on.
 */
export class CallbackRelay {
  readonly #options: CallbackRelayOptions
  readonly #key: KeyObject

  constructor(options: CallbackRelayOptions) {
    this.#options = options
    this.#key = createSecretKey(options.key)
  }

  /** A token of this replica, from its secret part. */
  sign(secret: string): string {
    return `${secret}.${this.#mark(secret, this.#options.replicaId)}.${this.#options.replicaId}`
  }

  /** Whether it is a token of another replica of this installation. Nothing is sent anywhere for any other. */
  isForAnother(token: string): boolean {
    const owner = this.#ownerOf(token)
    return owner !== null && owner !== this.#options.replicaId
  }

  /** Passes the callback on and answers as the other replica does. Never rejects. */
  async pass(token: string, body: Buffer): Promise<CallbackAnswer> {
    const owner = this.#ownerOf(token)
    const address = owner === null ? null : await this.#options.addressOf(owner).catch(() => null)
    if (address === null) return unknownToken
    try {
      const response = await request(`${address}${callbackPath}${token}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      })
      return { status: response.statusCode, body: (await response.body.json()) as CallbackAnswer['body'] }
    } catch {
      return unreachable
    }
  }

  #ownerOf(token: string): string | null {
    const [secret, mark, ...rest] = token.split('.')
    const owner = rest.join('.')
    if (!secret || !mark || owner === '') return null
    const [given, right] = [Buffer.from(mark), Buffer.from(this.#mark(secret, owner))]
    return given.length === right.length && timingSafeEqual(given, right) ? owner : null
  }

  #mark(secret: string, owner: string): string {
    const mac = createHmac('sha256', this.#key).update(`${secret}.${owner}`).digest()
    return mac.subarray(0, markBytes).toString('base64url')
  }
}
