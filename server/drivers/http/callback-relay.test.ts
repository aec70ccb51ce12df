import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { CallbackRelay } from './callback-relay.ts'
import { serveCallback } from './callback-request.ts'
import { CallbackTable } from './callback-table.ts'

const cleanup = new AsyncDisposableStack()
const key = Buffer.alloc(32, 7)
const addresses = new Map<string, string>()
let served: string[]

/** A replica as far as callbacks go: a server with a table of open calls and a relay. */
async function startReplica(replicaId: string) {
  const relay = new CallbackRelay({ key, replicaId, addressOf: async id => addresses.get(id) ?? null })
  const table = new CallbackTable(1_000, secret => relay.sign(secret))
  const server = createServer((req, res) => {
    served.push(replicaId)
    void serveCallback({ table, relay }, 1_000, req, res)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup.defer(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  addresses.set(replicaId, url)
  return { table, url }
}

let here: Awaited<ReturnType<typeof startReplica>>
let there: Awaited<ReturnType<typeof startReplica>>

beforeAll(async () => {
  here = await startReplica('here')
  there = await startReplica('there')
})
beforeEach(() => {
  served = []
})
afterAll(() => cleanup.disposeAsync())

async function post(url: string, token: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/api/v1/callbacks/${token}`, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}

test('a callback that arrives at another replica reaches the call that it belongs to, and is answered as there', async () => {
  const ticket = here.table.open(() => 'accepted' as const)
  expect(await post(there.url, ticket.token, { kind: 'nonsense' })).toMatchObject({ status: 400 })
  expect(await post(there.url, ticket.token, { kind: 'completed', result: { of: 1 } })).toEqual({
    status: 200,
    body: { accepted: true },
  })
  expect(await ticket.ended).toEqual({ kind: 'succeeded', result: { of: 1 } })
  expect(served).toEqual(['there', 'here', 'there', 'here'])
  expect(await post(there.url, ticket.token, { kind: 'completed', result: 2 })).toMatchObject({ status: 404 })
})

test('a token that no replica of this installation made is sent nowhere', async () => {
  const ticket = here.table.open(() => 'accepted' as const)
  const [secret, mark] = ticket.token.split('.') as [string, string]
  for (const forged of [
    `${secret}.${mark}.elsewhere`,
    `${secret}.${'A'.repeat(mark.length)}.here`,
    `other.${mark}.here`,
    `${secret}..here`,
    secret,
  ]) {
    served = []
    expect(await post(there.url, forged, { kind: 'completed', result: 1 })).toMatchObject({ status: 404 })
    expect(served).toEqual(['there'])
  }
  ticket.close()
})

test('a callback for a replica that is gone is not found, for one that does not answer to be sent again', async () => {
  const ticket = here.table.open(() => 'accepted' as const)
  const address = addresses.get('here') ?? ''
  addresses.delete('here')
  expect(await post(there.url, ticket.token, { kind: 'completed', result: 1 })).toMatchObject({ status: 404 })
  addresses.set('here', 'http://127.0.0.1:9')
  expect(await post(there.url, ticket.token, { kind: 'completed', result: 1 })).toMatchObject({ status: 503 })
  addresses.set('here', address)
  ticket.close()
})
