import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { CallAnswer } from './start-test-api.ts'

/** A message of tRPC's WebSocket protocol, as far as tests look at it. */
export interface SocketMessage {
  id: number | string | null
  result?: { type: 'started' | 'data' | 'stopped'; id?: string; data?: unknown }
  error?: NonNullable<CallAnswer['error']>
}

/** A bare WebSocket client that speaks tRPC's protocol and hides nothing of it. */
export class SocketClient implements AsyncDisposable {
  readonly socket: WebSocket
  /** Resolves with the code when the connection is closed. */
  readonly closed: Promise<number>
  readonly #messages: SocketMessage[] = []
  readonly #waiting = new Set<() => void>()
  #nextId = 1

  private constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise(resolve => {
      socket.on('close', code => {
        resolve(code)
        this.#wake()
      })
    })
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      if (text === 'PONG') return
      this.#messages.push(JSON.parse(text) as SocketMessage)
      this.#wake()
    })
  }

  /** Rejects with an error whose message holds the HTTP status when the upgrade is refused. */
  static async connect(url: string, headers: Record<string, string>): Promise<SocketClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/trpc`, { headers })
    const client = new SocketClient(socket)
    await once(socket, 'open')
    return client
  }

  /** Sends a request and resolves with the first message that answers it; `started` for a subscription. */
  async call(method: 'query' | 'mutation' | 'subscription', path: string, input?: unknown): Promise<SocketMessage> {
    const { messages } = this.open(method, path, input)
    for await (const message of messages) return message
    throw new Error('The connection was closed before there was an answer')
  }

  /** Sends a request and gives every message that answers it, until the connection closes. */
  open(method: 'query' | 'mutation' | 'subscription', path: string, input?: unknown) {
    const id = this.#nextId++
    this.socket.send(JSON.stringify({ id, method, params: { path, input } }))
    return {
      messages: this.#messagesOf(id),
      stop: () => this.socket.send(JSON.stringify({ id, method: 'subscription.stop' })),
    }
  }

  async *#messagesOf(id: number): AsyncGenerator<SocketMessage> {
    for (let position = 0; ; ) {
      const found = this.#messages.findIndex((message, index) => index >= position && message.id === id)
      if (found >= 0) {
        position = found + 1
        yield this.#messages[found] as SocketMessage
        continue
      }
      if (this.socket.readyState === WebSocket.CLOSED) return
      await new Promise<void>(resolve => this.#waiting.add(resolve))
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate()
    await this.closed
  }
}
