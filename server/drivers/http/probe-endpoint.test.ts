import { expect, it } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createAddressPolicy } from '../address-policy.ts'
import { probeEndpoint } from './probe-endpoint.ts'
import { noSignal } from './testing/test-driver.ts'
import { sendJson, startModule } from './testing/test-module.ts'

const local = ['127.0.0.0/8']

function probe(
  endpoint: string,
  { allowed = local, signal = noSignal() }: { allowed?: string[]; signal?: AbortSignal } = {},
) {
  const policy = createAddressPolicy({ allowed })
  return probeEndpoint(endpoint, signal, { policy, clock: new FakeClock(), timeoutMs: 2_000 })
}

it('a service that answers is described by its answer, and its connection is closed', async () => {
  await using module = await startModule(res => sendJson(res, { status: 'healthy', load: 0.25 }))
  expect(await probe(`${module.endpoint}/base`)).toEqual({
    outcome: 'healthy',
    reason: null,
    connectMs: expect.any(Number),
    answerMs: expect.any(Number),
    httpStatus: 200,
    load: 0.25,
    tls: null,
  })
  expect(module.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /base/health'])
  await expect.poll(() => module.openSockets()).toBe(0)
})

it('a service without /health is said to answer, with its status', async () => {
  await using module = await startModule(res => res.writeHead(404).end())
  expect(await probe(module.endpoint)).toMatchObject({
    outcome: 'degraded',
    httpStatus: 404,
    reason: 'The service answers, but has no /health.',
  })
})

it('a redirect is not followed', async () => {
  await using module = await startModule(res => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
  expect(await probe(module.endpoint)).toMatchObject({ outcome: 'unhealthy', httpStatus: 302 })
})

it('an address that the policy refuses is not connected to, however it is written', async () => {
  await using module = await startModule(res => sendJson(res, { status: 'healthy' }))
  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', 'localhost']) {
    const report = await probe(`http://${host}:${module.port}`, { allowed: [] })
    expect(report).toMatchObject({ outcome: 'unreachable', connectMs: null, httpStatus: null })
  }
  expect(module.connections()).toBe(0)
})

it('nobody there, and no answer in time, are told apart', async () => {
  let port: number
  {
    await using gone = await startModule(() => {})
    port = gone.port
  }
  expect(await probe(`http://127.0.0.1:${port}`)).toMatchObject({
    outcome: 'unreachable',
    reason: 'The service cannot be reached: connection refused.',
  })
  await using silent = await startModule(() => {})
  const ending = new AbortController()
  const report = probe(silent.endpoint, { signal: ending.signal })
  await expect.poll(() => silent.requests.length).toBe(1)
  ending.abort()
  expect(await report).toMatchObject({ outcome: 'unreachable', reason: 'The service does not answer /health in time.' })
})
