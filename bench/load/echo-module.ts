import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endWithParent } from '../../server/testing/end-with-parent.ts'

/** A module that answers at once, in a process of its own; prints its address as one line of JSON. */
const answers = { '/health': '{"status":"healthy"}', '/process': '{"ok":true}' }
const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume()
  request.on('end', () => {
    const body = request.url === '/health' ? answers['/health'] : answers['/process']
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  })
})
endWithParent()
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
