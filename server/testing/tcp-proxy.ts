import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A loopback proxy in front of a server, to take the server away and give it back. */
export interface TcpProxy extends AsyncDisposable {
  port: number
  /** Cuts every connection and refuses new ones. */
  cut(): Promise<void>
  /** Admits connections again, on the same port. */
  restore(): Promise<void>
  /** Takes every connection that stands for half-open: nothing goes through it any more and nobody is told. New ones work. */
  blackHole(): void
  /** Loses what the server answers on every connection that stands, from now on; what it is sent still arrives. New ones work. */
  loseAnswers(): void
  /** Cuts every connection that stands; new ones work. */
  reset(): void
}

/** Starts a proxy to `host:port`. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer(client => {
    const upstream = connect(target.port, target.host)
    pairs.add([client, upstream])
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  const listen = (port: number) => new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const cut = async () => {
    const closed = new Promise(resolve => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const blackHole = () => {
    for (const [client, upstream] of pairs) {
      client.unpipe(upstream)
      upstream.unpipe(client)
      // What comes is read and thrown away.
      client.resume()
      upstream.resume()
    }
    pairs.clear()
  }
  const loseAnswers = () => {
    for (const [client, upstream] of pairs) {
      upstream.unpipe(client)
      upstream.resume()
    }
  }
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy()
    pairs.clear()
  }
  return { port, cut, restore: () => listen(port), blackHole, loseAnswers, reset, [Symbol.asyncDispose]: cut }
}
