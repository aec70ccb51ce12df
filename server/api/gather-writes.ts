import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/**
 * Hands what a connection is sent within one turn of the event loop to the system in one call: with hundreds of readers of all events
 * these calls cost more than all else that is done for them.
 */
export function gatherWrites(connection: WebSocket, socket: Duplex): void {
  const send = connection.send.bind(connection) as (...given: unknown[]) => void
  let isHeld = false
  const letGo = () => {
    isHeld = false
    socket.uncork()
  }
  connection.send = (...given: unknown[]) => {
    if (!isHeld) {
      isHeld = true
      socket.cork()
      setImmediate(letGo)
    }
    send(...given)
  }
}
