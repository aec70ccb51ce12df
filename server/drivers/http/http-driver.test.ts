import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { createAddressPolicy } from '../address-policy.ts'
import { callOf, noSignal, startDriver, testSecret } from './testing/test-driver.ts'
import { sendJson, startModule } from './testing/test-module.ts'

describe('a call', () => {
  it('carries the whole envelope, the idempotency key and the trace', async () => {
    await using module = await startModule(res => sendJson(res, { license: 'MIT' }))
    await using driver = startDriver({ callbacks: { baseUrl: () => 'http://replica.test:3000' } })

    const outcome = await driver.call(callOf(module.endpoint), noSignal())

    expect(outcome).toEqual({ kind: 'succeeded', result: { license: 'MIT' } })
    const [request] = module.requests
    expect(request).toMatchObject({ method: 'POST', path: '/process' })
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': '019ab000-0000-7000-8000-000000000001',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })
    const envelope = JSON.parse(request?.body ?? '')
    expect(envelope).toEqual({
      taskId: '019ab000-0000-7000-8000-000000000001',
      type: 'license.detect',
      attempt: 2,
      payload: { text: 'MIT License' },
      deadline: '2026-11-21T12:00:00.000Z',
      context: { submittedBy: 'Ann', retryOf: null },
      checkpoint: { page: 3 },
      checkpointBy: 'license-detector',
      timeoutMs: 30_000,
      leaseNo: 41,
      callbackUrl: `http://replica.test:3000/api/v1/callbacks/${envelope.callbackToken}`,
      callbackToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  it('is signed so that a module can verify it with the Standard Webhooks library', async () => {
    await using module = await startModule(res => sendJson(res, null))
    await using driver = startDriver()
    await driver.call(callOf(module.endpoint, { payload: 'Grüße 🚢' }), noSignal())

    const [request] = module.requests
    const headers = request?.headers as Record<string, string>
    const body = request?.body ?? ''
    expect(headers['webhook-id']).toBe('019ab000-0000-7000-8000-000000000001.2')
    expect(new Webhook(testSecret).verify(body, headers)).toMatchObject({ payload: 'Grüße 🚢' })
    expect(() => new Webhook(testSecret).verify(body.replace('Grüße', 'Gruesse'), headers)).toThrow()
  })

  it('goes below the base path of the endpoint', async () => {
    await using module = await startModule(res => sendJson(res, 1))
    await using driver = startDriver()
    await driver.call(callOf(`${module.endpoint}/summaries/v2/`), noSignal())
    await driver.checkHealth({ id: 'i-1', endpoint: `${module.endpoint}/summaries/v2/` }, noSignal())
    expect(module.requests.map(request => request.path)).toEqual(['/summaries/v2/process', '/summaries/v2/health'])
  })

  it('sends the payload alone to a module that wants no envelope', async () => {
    await using module = await startModule(res => sendJson(res, 'ok'))
    await using driver = startDriver()
    const call = callOf(module.endpoint)
    await driver.call({ ...call, module: { ...call.module, bodyStyle: 'payload' } }, noSignal())
    expect(module.requests[0]?.body).toBe('{"text":"MIT License"}')
  })

  it('reuses connections: twenty in a row need two, for one rests a turn of the event loop after each answer', async () => {
    await using module = await startModule(res => sendJson(res, 1))
    await using driver = startDriver()
    for (let n = 0; n < 20; n++) await driver.call(callOf(module.endpoint), noSignal())
    expect(module.connections()).toBeLessThanOrEqual(2)
  })

  it('that was cancelled before it began does not even resolve the name', async () => {
    const names: string[] = []
    const addressPolicy = createAddressPolicy({ allowed: [], resolve: name => names.push(name) })
    await using driver = startDriver({ addressPolicy })
    const outcome = await driver.call(callOf('http://module.test'), AbortSignal.abort())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'ABORTED' })
    expect(names).toEqual([])
  })

  it('of an endpoint that is no URL fails with the reason', async () => {
    await using driver = startDriver()
    const outcome = await driver.call(callOf('nonsense'), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'INVALID_ENDPOINT', retryable: null })
  })
})

describe('an answer', () => {
  /** What the driver makes of one answer. */
  async function outcomeOf(status: number, body: string, headers: Record<string, string> = {}) {
    await using module = await startModule(res => {
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
    })
    await using driver = startDriver({ maxResultBytes: 1_000 })
    return await driver.call(callOf(module.endpoint), noSignal())
  }

  it.each(['null', '0', '"text"', '[]', '{"error":null}', '{"error":{"rate":0.2}}', '{"__proto__":{"a":1}}'])(
    'of 200 with any JSON is the result: %s',
    async body => {
      expect(await outcomeOf(200, body)).toEqual({ kind: 'succeeded', result: JSON.parse(body) })
    },
  )

  it('of 204 is a result of null', async () => {
    await using module = await startModule(res => res.writeHead(204).end())
    await using driver = startDriver()
    expect(await driver.call(callOf(module.endpoint), noSignal())).toEqual({ kind: 'succeeded', result: null })
  })

  it.each([
    ['is not JSON', '{"a":', {}],
    ['is empty', '', {}],
    ['is two values', '{}{}', {}],
    ['is HTML by its type', '{}', { 'content-type': 'text/html; charset=utf-8' }],
    ['is compressed unasked', '{}', { 'content-encoding': 'gzip' }],
    ['has NUL in a text', '{"a":["\\u0000"]}', {}],
    ['has NUL in a key', '{"a\\u0000":1}', {}],
    ['has half a surrogate pair', '"\\ud800"', {}],
    ['has a number beyond all bounds', '[1e999]', {}],
    ['is nested 65 levels deep', `${'['.repeat(65)}${']'.repeat(65)}`, {}],
    ['is nested far too deep', '['.repeat(500) + ']'.repeat(500), {}],
  ])('that %s is a bad response', async (_why, body, headers) => {
    expect(await outcomeOf(200, body, headers)).toMatchObject({
      kind: 'failed',
      code: 'BAD_RESPONSE',
      retryable: null,
    })
  })

  it('may be nested 64 levels deep', async () => {
    expect(await outcomeOf(200, `${'['.repeat(64)}${']'.repeat(64)}`)).toMatchObject({ kind: 'succeeded' })
  })

  it('may be exactly as large as allowed and not a byte more', async () => {
    expect(await outcomeOf(200, `"${'x'.repeat(998)}"`)).toMatchObject({ kind: 'succeeded' })
    expect(await outcomeOf(200, `"${'x'.repeat(999)}"`)).toMatchObject({ kind: 'failed', code: 'RESPONSE_TOO_LARGE' })
  })

  it.each([400, 401, 404, 408, 422, 500, 502, 503, 504])(
    'of HTTP %i is a failure, and whether it is tried again is for the retry policy',
    async status => {
      const failure = {
        kind: 'failed',
        code: `HTTP_${status}`,
        message: `The module answered HTTP ${status}.`,
        retryable: null,
      }
      expect(await outcomeOf(status, 'no JSON at all', { 'content-type': 'text/plain' })).toEqual(failure)
      expect(await outcomeOf(status, `"${'x'.repeat(5_000)}"`)).toEqual(failure)
    },
  )

  it.each([
    [200, { code: 'NO_LICENSE', message: 'Nothing found', retryable: true }, { retryable: true }],
    [200, { code: 'NO_LICENSE', message: 'Nothing found' }, { retryable: null }],
    [422, { code: 'NO_LICENSE', message: 'Nothing found', retryable: true }, { retryable: true }],
    [
      500,
      { code: 'NO_LICENSE', message: 'Nothing found', retryable: false },
      { retryable: false, errorClass: 'server_error' },
    ],
    [500, { code: 'NO_LICENSE', message: 'Nothing found' }, { retryable: null, errorClass: 'server_error' }],
  ])('of HTTP %i with an error says itself what failed, and what it leaves to the policy: %o', async (...given) => {
    const [status, error, said] = given
    expect(await outcomeOf(status, JSON.stringify({ error }))).toEqual({
      kind: 'failed',
      code: 'NO_LICENSE',
      message: 'Nothing found',
      ...said,
    })
  })

  it.each([
    [429, '2', 2_000],
    [503, '120', 120_000],
    [503, '0', 0],
    [503, '99999999999', 86_400_000],
  ])('of HTTP %i with Retry-After %s is busy for %i ms', async (status, retryAfter, retryAfterMs) => {
    expect(await outcomeOf(status, '', { 'retry-after': retryAfter })).toEqual({ kind: 'busy', retryAfterMs })
  })

  it('with Retry-After as an HTTP date is busy until then', async () => {
    const retryAfter = new Date(Date.now() + 60_000).toUTCString()
    const outcome = await outcomeOf(503, '', { 'retry-after': retryAfter })
    expect(outcome).toMatchObject({ kind: 'busy', retryAfterMs: expect.any(Number) })
    const { retryAfterMs } = outcome as { retryAfterMs: number }
    expect(retryAfterMs).toBeGreaterThan(50_000)
    expect(retryAfterMs).toBeLessThanOrEqual(60_000)
  })

  it('of 429 without Retry-After is busy for an unknown time', async () => {
    expect(await outcomeOf(429, '')).toEqual({ kind: 'busy', retryAfterMs: null })
  })

  it('of 503 with a Retry-After that makes no sense is a failure', async () => {
    expect(await outcomeOf(503, '', { 'retry-after': 'soon' })).toMatchObject({ kind: 'failed', code: 'HTTP_503' })
  })

  it.each([301, 302, 303, 307, 308])('of HTTP %i is refused and not followed', async status => {
    await using elsewhere = await startModule(res => sendJson(res, 'secret'))
    await using module = await startModule(res =>
      res.writeHead(status, { location: `${elsewhere.endpoint}/process` }).end(),
    )
    await using driver = startDriver()
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'REDIRECT_REFUSED', retryable: null })
    expect(elsewhere.connections()).toBe(0)
  })

  it('of 202 to the payload alone is a failure, for its result has nowhere to go', async () => {
    await using module = await startModule(res => res.writeHead(202).end())
    await using driver = startDriver()
    const call = callOf(module.endpoint)
    const outcome = await driver.call({ ...call, module: { ...call.module, bodyStyle: 'payload' } }, noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'BAD_RESPONSE', retryable: null })
  })
})

describe('an endpoint that is released', () => {
  it('gives up its idle connections, and may be called again', async () => {
    await using module = await startModule(res => sendJson(res, 1))
    await using driver = startDriver()
    await driver.call(callOf(module.endpoint), noSignal())
    driver.release(module.endpoint)
    await expect.poll(module.openSockets).toBe(0)
    expect(await driver.call(callOf(module.endpoint), noSignal())).toMatchObject({ kind: 'succeeded' })
    expect(module.connections()).toBe(2)
  })

  it('leaves the connections of its neighbours on the same origin alone', async () => {
    await using module = await startModule(res => sendJson(res, 1))
    await using driver = startDriver()
    await driver.call(callOf(`${module.endpoint}/a`), noSignal())
    for (const path of ['/a', '/b', '/a', '/b']) await driver.call(callOf(`${module.endpoint}${path}`), noSignal())
    const before = module.connections()
    driver.release(`${module.endpoint}/a`)
    await driver.call(callOf(`${module.endpoint}/b`), noSignal())
    expect(module.connections()).toBe(before)
  })
})
