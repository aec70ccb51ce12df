import { setTimeout as delay } from 'node:timers/promises'
import { type JsonAnswer, requestJson } from './json-http.ts'
import { BusyError, ModuleError } from './module-error.ts'
import type { Work } from './work.ts'

/** Where the instances of each module are, as the process that started this one tells it. */
export interface PeersMessage {
  kind: 'peers'
  endpoints: Record<string, string[]>
}

/** One call of another module may take this long. */
const callTimeoutMs = 8_000
/** A module whose instances are all full is asked again this often, after this long. */
const busyRounds = 4
const busyWaitMs = 250
/** A failed call counts for the health of who called for this long. */
const rememberFailureMs = 30_000

type Reply = { kind: 'result'; result: unknown } | { kind: 'busy' } | { kind: 'failed'; error: ModuleError }

/**
 * The other modules of the fleet that this one depends on, called over the same protocol. Instances take turns; a failed call
 * goes on to the next instance.
 */
class Peers {
  #endpoints: Record<string, string[]> = readEnvironment()
  #turn = 0
  readonly #failures = new Map<string, { atMs: number; message: string }>()

  /** Takes a message of the process that started this one; others are passed over. */
  take(message: unknown): void {
    if (isPeersMessage(message)) this.#endpoints = message.endpoints
  }

  /** The latest failure of a module within the last half minute, as a reason for poor health; null when there is none. */
  troubleWith(moduleId: string): string | null {
    const failure = this.#failures.get(moduleId)
    return failure && Date.now() - failure.atMs < rememberFailureMs ? failure.message : null
  }

  /**
   * Calls `type` on the module and gives its result. Throws BusyError when it stays full, ModuleError when it does not do it:
   * its own error when it says that a retry is of no use, else PEER_FAILED.
   */
  async call(moduleId: string, type: string, payload: unknown, work: Work): Promise<unknown> {
    const body = { taskId: `${work.taskId}:${type}`, type, attempt: 1, payload, deadline: null }
    for (let round = 0; round < busyRounds; round += 1) {
      if (round > 0) await delay(busyWaitMs, undefined, { signal: work.signal })
      const reply = await this.#askInTurn(moduleId, body, work.signal)
      if (reply.kind === 'result') {
        this.#failures.delete(moduleId)
        return reply.result
      }
      if (reply.kind === 'failed') {
        if (reply.error.retryable) this.#failures.set(moduleId, { atMs: Date.now(), message: reply.error.message })
        throw reply.error
      }
    }
    throw new BusyError(`${moduleId}, which this needs, is full.`, 503, 1)
  }

  async #askInTurn(moduleId: string, body: object, signal: AbortSignal): Promise<Reply> {
    const endpoints = this.#endpoints[moduleId] ?? []
    const first = this.#turn++
    let last: Reply = { kind: 'failed', error: peerFailed(moduleId, 'is not known here') }
    for (let index = 0; index < endpoints.length; index += 1) {
      const endpoint = endpoints[(first + index) % endpoints.length]
      last = await this.#ask(moduleId, `${endpoint}/process`, body, signal)
      if (last.kind === 'result' || (last.kind === 'failed' && !last.error.retryable)) return last
    }
    return last
  }

  async #ask(moduleId: string, url: string, body: object, signal: AbortSignal): Promise<Reply> {
    try {
      const timeout = AbortSignal.timeout(callTimeoutMs)
      const answer = await requestJson(url, { method: 'POST', body, signal: AbortSignal.any([signal, timeout]) })
      return readReply(moduleId, answer)
    } catch (cause) {
      signal.throwIfAborted()
      return { kind: 'failed', error: peerFailed(moduleId, 'gave no usable answer', cause) }
    }
  }
}

/** The peers of this process. */
export const peers = new Peers()

function readReply(moduleId: string, { status, body }: JsonAnswer): Reply {
  if (status === 200) return { kind: 'result', result: body }
  if (status === 429 || status === 503) return { kind: 'busy' }
  const { error } = body as { error: { code: string; message: string; retryable: boolean } }
  if (error.retryable) return { kind: 'failed', error: peerFailed(moduleId, `answered: ${error.message}`) }
  return { kind: 'failed', error: new ModuleError(error.code, error.message, { status }) }
}

function peerFailed(moduleId: string, what: string, cause?: unknown): ModuleError {
  return new ModuleError('PEER_FAILED', `${moduleId} ${what}`, { status: 502, retryable: true, cause })
}

function isPeersMessage(message: unknown): message is PeersMessage {
  return typeof message === 'object' && message !== null && (message as { kind?: unknown }).kind === 'peers'
}

/** `FLEET_PEERS`, JSON of the form `{"<module id>": ["<endpoint>"]}`, for an instance that is started by hand. */
function readEnvironment(): Record<string, string[]> {
  return JSON.parse(process.env['FLEET_PEERS'] ?? '{}') as Record<string, string[]>
}
