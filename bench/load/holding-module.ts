import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endWithParent } from '../../server/testing/end-with-parent.ts'

/** A module that takes every call and answers none of them before it is told to by `POST /release`; prints its address. */
const held = new Set<ServerResponse>()
const body = '{"ok":true}'
const headers = { 'content-type': 'application/json', 'content-length': body.length }

const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
  request.resume()
  request.on('end', () => {
    if (request.url === '/process') {
      held.add(response)
      response.on('close', () => held.delete(response))
      return
    }
    if (request.url === '/release') for (const waiting of held) waiting.writeHead(200, headers).end(body)
    const text = request.url === '/health' ? '{"status":"healthy"}' : JSON.stringify({ held: held.size })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text)
  })
})
endWithParent()
server.listen(0, '127.0.0.1', 20_000, () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
