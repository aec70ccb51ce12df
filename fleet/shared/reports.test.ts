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
    arrivals.push(++open)
    const { data } = (await readJson(request, 1_000)) as { data: number }
    // The earlier ones are the slow ones.
    await new Promise(resolve => setTimeout(resolve, 30 - 10 * data))
    kept.push(data)
    open--
    sendJson(response, 200, { accepted: true })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const reports = new CallbackReports({ url, checkpoint: null, signal: new AbortController().signal })
    await Promise.all([0, 1, 2].map(data => reports.saveCheckpoint(data)))
    expect({ kept, arrivals }).toEqual({ kept: [0, 1, 2], arrivals: [1, 1, 1] })
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})
