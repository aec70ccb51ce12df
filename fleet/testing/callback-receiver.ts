import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readJson, sendJson } from '../shared/json-http.ts'

/** What a module reports over its callback address. */
export interface ReceivedReport {
  kind: string
  percent?: number
  data?: unknown
}

/** A small HTTP server that takes the reports of modules, as the control center does, and keeps them. */
export async function startCallbackReceiver() {
  const received: ReceivedReport[] = []
  const server = createServer(async (req, res) => {
    received.push((await readJson(req, 300_000)) as ReceivedReport)
    sendJson(res, 200, { accepted: true })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
