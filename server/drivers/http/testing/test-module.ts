import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** A server under the control of a test. */
export interface TestServer extends AsyncDisposable {
  endpoint: string
  port: number
  /** Connections that are open now. */
  openSockets: () => number
  /** Connections that were ever made. */
  connections: () => number
}

/** An HTTP module; `serve` answers each request after its body was read. */
export interface TestModule extends TestServer {
  requests: ReceivedRequest[]
}

export interface ReceivedRequest {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

export type Serve = (res: ServerResponse, request: ReceivedRequest) => unknown

export async function startModule(serve: Serve): Promise<TestModule> {
  const requests: ReceivedRequest[] = []
  const server = createServer((req, res) => {
    void readAll(req).then(body => {
      const request = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body }
      requests.push(request)
      return serve(res, request)
    })
  })
  return { ...(await listen(server)), requests }
}

/** An HTTP server that hands requests on as they come, such as to the callback side of a driver. */
export function startListener(listener: RequestListener): Promise<TestServer> {
  return listen(createServer(listener))
}

/** A server of bare TCP, for answers no HTTP server would give. */
export function startTcp(onSocket: (socket: Socket) => void): Promise<TestServer> {
  return listen(createTcpServer(onSocket))
}

export function sendJson(
  res: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

async function listen(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', socket => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    openSockets: () => sockets.size,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function readAll(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
