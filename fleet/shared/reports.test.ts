import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { readJson, sendJson } from './json-http.ts'
import { CallbackReports } from './reports.ts'

test('checkpoints are kept in the order they were saved, however long one of them is under way', async () => {
  const kept: unknown[] = []
  const arrivals: number[] = []
  let open = 0
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return sendJson(response, 200, {})
    arrivals.push(++open)
    const { data } = (await readJson(request, 1_000)) as { data: number }
    // The earlier ones are the slow ones: while they are kept, whatever else is on its way arrives before these requests do.
    for (let round = 3; round > data; round--) await (await fetch(address())).text()
    kept.push(data)
    open--
    sendJson(response, 200, { accepted: true })
  })
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const reports = new CallbackReports({ url: address(), checkpoint: null, signal: new AbortController().signal })
    await Promise.all([0, 1, 2].map(data => reports.saveCheckpoint(data)))
    expect({ kept, arrivals }).toEqual({ kept: [0, 1, 2], arrivals: [1, 1, 1] })
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})
