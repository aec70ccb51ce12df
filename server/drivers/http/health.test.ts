import { expect, it } from 'vitest'
import { noSignal, startDriver } from './testing/test-driver.ts'
import { type Serve, sendJson, startModule, startTcp } from './testing/test-module.ts'

async function healthOf(serve: Serve) {
  await using module = await startModule(serve)
  await using driver = startDriver()
  return await driver.checkHealth({ id: 'i-1', endpoint: module.endpoint }, noSignal())
}

it('a module that says it is healthy is healthy, with its load', async () => {
  const health = await healthOf((res, { method }) =>
    sendJson(res, { status: method === 'GET' ? 'healthy' : '', load: 0.4 }),
  )
  expect(health).toEqual({ status: 'healthy', load: 0.4, latencyMs: expect.any(Number), reason: null })
})

it.each([
  [{ status: 'degraded' }, 'degraded', null, 'says it is degraded'],
  [
    { status: 'unhealthy', details: { reason: 'no model loaded' } },
    'unhealthy',
    null,
    'says it is unhealthy: no model loaded',
  ],
  [{ status: 'degraded', details: { queue: 7 } }, 'degraded', null, 'says it is degraded'],
  [{ status: 'healthy', load: 7 }, 'healthy', 1, null],
  [{ status: 'healthy', load: 'high' }, 'healthy', null, null],
  [{ status: 'fine' }, 'degraded', null, 'answers /health, but without a status of healthy, degraded or unhealthy'],
  ['OK', 'degraded', null, 'answers /health, but without a status of healthy, degraded or unhealthy'],
])('an answer of %o means %s', async (answer, status, load, reason) => {
  expect(await healthOf(res => sendJson(res, answer))).toMatchObject({ status, load, reason })
})

it.each([
  [404, 'degraded', 'answers, but has no /health'],
  [500, 'unhealthy', 'answers /health with HTTP 500'],
  [503, 'unhealthy', 'answers /health with HTTP 503'],
  [302, 'unhealthy', 'answers /health with a redirect (HTTP 302)'],
])('HTTP %i means %s', async (code, status, reason) => {
  expect(await healthOf(res => res.writeHead(code).end())).toMatchObject({ status, reason })
})

it('an answer that is not JSON means degraded', async () => {
  const health = await healthOf(res => res.writeHead(200, { 'content-type': 'text/plain' }).end('OK'))
  expect(health).toMatchObject({
    status: 'degraded',
    reason: 'answers /health, but the answer is text/plain instead of JSON',
  })
})

it('an answer without end means degraded, and is not read to its end', async () => {
  const health = await healthOf(res => {
    res.writeHead(200, { 'content-type': 'application/json' })
    const pump = () => {
      while (!res.destroyed && res.write('x'.repeat(10_000)));
    }
    res.on('drain', pump)
    pump()
  })
  expect(health).toMatchObject({ status: 'degraded', reason: 'answers /health, but with far too much' })
})

it('a module that is down is unhealthy, with the reason', async () => {
  const module = await startTcp(() => {})
  await module[Symbol.asyncDispose]()
  await using driver = startDriver()
  const health = await driver.checkHealth({ id: 'i-1', endpoint: module.endpoint }, noSignal())
  expect(health).toMatchObject({ status: 'unhealthy', reason: 'cannot be reached: connection refused' })
})

it('a module that hangs is unhealthy when the check is aborted or its ceiling passed, its socket closed', async () => {
  await using module = await startTcp(socket => socket.resume())
  await using driver = startDriver({ healthCeilingMs: 200 })
  const instance = { id: 'i-1', endpoint: module.endpoint }
  const abort = new AbortController()
  const aborted = driver.checkHealth(instance, abort.signal)
  await expect.poll(module.openSockets).toBe(1)
  abort.abort()
  const expected = { status: 'unhealthy', reason: 'does not answer /health in time' }
  expect(await aborted).toMatchObject(expected)
  expect(await driver.checkHealth(instance, noSignal())).toMatchObject(expected)
  await expect.poll(module.openSockets).toBe(0)
})

it('an instance whose endpoint is no URL is unhealthy, with the reason', async () => {
  await using driver = startDriver()
  const health = await driver.checkHealth({ id: 'i-1', endpoint: 'nonsense' }, noSignal())
  expect(health).toMatchObject({ status: 'unhealthy', reason: expect.stringContaining('is not a URL') })
})
