import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import next from 'next'

/** The pages, made by Next in this process. */
export interface PageServer {
  readonly dev: boolean
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Hot reload in development; false in production, where Next takes no upgrades. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<boolean>
  close(): Promise<void>
}

const root = path.resolve(import.meta.dirname, '../..')

/** Prepares Next: from its build, or with hot reload when `dev`. */
export async function createPageServer(options: { dev: boolean; host: string; port: number }): Promise<PageServer> {
  const { dev } = options
  const app = next({ dev, dir: root, hostname: options.host, port: options.port, quiet: true })
  await app.prepare()
  const handle = app.getRequestHandler()
  const upgrade = app.getUpgradeHandler()
  return {
    dev,
    handle,
    async handleUpgrade(request, socket, head) {
      if (!dev) return false
      await upgrade(request, socket, head)
      return true
    },
    close: () => app.close(),
  }
}
