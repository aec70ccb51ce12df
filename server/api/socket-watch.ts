import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { Auth } from '../auth/create-auth.ts'
import { type Clock, delay } from '../core/shared/clock.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { Principal } from '../core/shared/principal.ts'

/** Why we close a connection, in WebSocket close codes; 4000 and up are ours. */
export const closeCodes = {
  restart: 1012,
  tooSlow: 1013,
  /** The session ended or the key was revoked: sign in again. */
  signedOut: 4401,
  /** What the caller may do has changed: connect again. */
  rightsChanged: 4403,
} as const

export interface SocketWatchOptions {
  auth: Auth
  clock: Clock
  logger: Logger
}

interface Watched {
  request: IncomingMessage
  /** Who connected, as text to compare with. */
  identity: string
  /** False from a ping until anything is heard. */
  alive: boolean
  /** When it last had room for more. */
  hadRoomAt: number
}

const sweepMs = 500
const sweepsPerPing = 30
const sweepsPerCheck = 20
/** From here on producers wait for the reader. */
const congestedBytes = 512 * 1024
/** A reader this far behind, or without room for this long, is closed; the memory is needed for others. */
const maxBufferedBytes = 8 * 1024 * 1024
const maxStuckMs = 20_000
const paceMs = 50

/** Looks after open connections with one timer for all: still alive, still allowed, still reading. */
export class SocketWatch {
  readonly #options: SocketWatchOptions
  readonly #sockets = new Map<WebSocket, Watched>()
  readonly #stopListening: () => void
  #cancelSweep: (() => void) | null = null
  #sweeps = 0

  constructor(options: SocketWatchOptions) {
    this.#options = options
    this.#stopListening = options.auth.onChange(() => this.#checkAll())
  }

  add(socket: WebSocket, request: IncomingMessage, principal: Principal): void {
    const hadRoomAt = this.#options.clock.now()
    const watched: Watched = { request, identity: JSON.stringify(principal), alive: true, hadRoomAt }
    this.#sockets.set(socket, watched)
    const heard = () => {
      watched.alive = true
    }
    socket.on('pong', heard)
    socket.on('message', heard)
    socket.on('close', () => this.#sockets.delete(socket))
    this.#scheduleSweep()
  }

  /** Resolves once the socket has room for more, is closed, or the signal aborts. */
  async pace(socket: WebSocket, signal: AbortSignal | undefined): Promise<void> {
    while (socket.bufferedAmount > congestedBytes && socket.readyState === WebSocket.OPEN && !signal?.aborted) {
      await delay(this.#options.clock, paceMs, signal)
    }
    const watched = this.#sockets.get(socket)
    if (watched && socket.bufferedAmount <= congestedBytes) watched.hadRoomAt = this.#options.clock.now()
  }

  stop(): void {
    this.#stopListening()
    this.#cancelSweep?.()
    this.#cancelSweep = null
    this.#sockets.clear()
  }

  #scheduleSweep(): void {
    this.#cancelSweep ??= this.#options.clock.setTimer(sweepMs, () => {
      this.#cancelSweep = null
      this.#sweep()
      if (this.#sockets.size > 0) this.#scheduleSweep()
    })
  }

  #sweep(): void {
    this.#sweeps += 1
    for (const [socket, watched] of this.#sockets) {
      if (socket.bufferedAmount > congestedBytes) this.#dropWhenStuck(socket, watched)
      else {
        watched.hadRoomAt = this.#options.clock.now()
        if (this.#sweeps % sweepsPerPing === 0) pingOrDrop(socket, watched)
      }
    }
    if (this.#sweeps % sweepsPerCheck === 0) this.#checkAll()
  }

  /** A reader that is slow but gets on is waited for. */
  #dropWhenStuck(socket: WebSocket, { hadRoomAt }: Watched): void {
    const stuckMs = this.#options.clock.now() - hadRoomAt
    if (socket.bufferedAmount <= maxBufferedBytes && stuckMs < maxStuckMs) return
    const bufferedBytes = socket.bufferedAmount
    this.#options.logger.warn({ bufferedBytes, stuckMs }, 'A WebSocket reader did not keep up and is closed')
    this.#drop(socket, closeCodes.tooSlow, 'reading too slowly')
  }

  #checkAll(): void {
    for (const [socket, watched] of this.#sockets) void this.#check(socket, watched)
  }

  /** When it cannot be found out now, the connection stays: nobody is signed out by a database that is away. */
  async #check(socket: WebSocket, { request, identity }: Watched): Promise<void> {
    try {
      const principal = await this.#options.auth.authenticate(request)
      if (JSON.stringify(principal) !== identity) this.#drop(socket, closeCodes.rightsChanged, 'rights have changed')
    } catch (error) {
      if (error instanceof QuarterdeckError && error.code === 'UNAUTHENTICATED') {
        this.#drop(socket, closeCodes.signedOut, 'session has ended')
      }
    }
  }

  /** Says why, and does not wait long for a peer that does not read. */
  #drop(socket: WebSocket, code: number, reason: string): void {
    this.#sockets.delete(socket)
    socket.close(code, reason)
    this.#options.clock.setTimer(1_000, () => socket.terminate())
  }
}

function pingOrDrop(socket: WebSocket, watched: Watched): void {
  if (!watched.alive) return socket.terminate()
  watched.alive = false
  socket.ping()
}
