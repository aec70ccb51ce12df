import { describe, expect, it } from 'vitest'
import type { DriverCall, DriverReport } from '#server/core/queue/driver.ts'
import type { HttpDriver, HttpDriverOptions } from './http-driver.ts'
import { callOf, noSignal, startDriver } from './testing/test-driver.ts'
import { sendJson, startListener, startModule, startTcp, type TestServer } from './testing/test-module.ts'

type Setup = { driver: HttpDriver; server: TestServer } & AsyncDisposable

/** A driver whose callbacks are served over HTTP as in production. */
async function startWithCallbacks(options: Partial<HttpDriverOptions> = {}): Promise<Setup> {
  const server = await startListener((req, res) => void driver.handleCallbackRequest(req, res))
  const driver = startDriver({ callbacks: { baseUrl: () => server.endpoint }, ...options })
  return {
    driver,
    server,
    async [Symbol.asyncDispose]() {
      await driver.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function post(url: string, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } })
  return { status: response.status, body: await response.json() }
}

/** Starts a call that its module answers with 202; resolves when that answer was sent, with the callback address. */
async function startAccepted(driver: HttpDriver, signal = noSignal(), changes: Partial<DriverCall> = {}) {
  let url = ''
  const module = await startModule((res, { body }) => {
    url = JSON.parse(body).callbackUrl
    sendJson(res, {}, 202)
  })
  const outcome = driver.call(callOf(module.endpoint, changes), signal)
  await expect.poll(() => url).not.toBe('')
  return { url, outcome, module, [Symbol.asyncDispose]: () => module[Symbol.asyncDispose]() }
}

const unknown = {
  status: 404,
  body: {
    error: {
      code: 'CALLBACK_NOT_FOUND',
      message: 'There is no open call behind this callback address.',
      action: 'Stop working on this task: its call has ended.',
    },
  },
}

describe('a call that the module accepted with 202', () => {
  it('ends with the result that comes by callback', async () => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    expect(await post(call.url, { kind: 'completed', result: { license: 'MIT' } })).toEqual({
      status: 200,
      body: { accepted: true },
    })
    expect(await call.outcome).toEqual({ kind: 'succeeded', result: { license: 'MIT' } })
    expect(setup.driver.openCalls).toBe(0)
  })

  it('ends with the failure that comes by callback', async () => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    await post(call.url, { kind: 'failed', error: { code: 'NO_GPU', message: 'All taken', retryable: true } })
    expect(await call.outcome).toEqual({ kind: 'failed', code: 'NO_GPU', message: 'All taken', retryable: true })
  })

  it('ends once: of two completions in the same moment the second is told that there is no such call', async () => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    const token = call.url.split('/').at(-1) ?? ''
    const answers = [1, 2].map(result => setup.driver.handleCallback(token, { kind: 'completed', result }))
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 404])
    expect(await call.outcome).toEqual({ kind: 'succeeded', result: 1 })
  })

  it('ends when it is aborted, and a late callback learns that there is no such call', async () => {
    await using setup = await startWithCallbacks()
    const abort = new AbortController()
    await using call = await startAccepted(setup.driver, abort.signal)
    abort.abort()
    expect(await call.outcome).toMatchObject({ kind: 'failed', code: 'ABORTED' })
    expect(await post(call.url, { kind: 'completed', result: 1 })).toEqual(unknown)
    expect(setup.driver.openCalls).toBe(0)
  })

  it('ends at the ceiling when no callback ever comes', async () => {
    await using setup = await startWithCallbacks({ callCeilingMs: 300 })
    await using call = await startAccepted(setup.driver)
    expect(await call.outcome).toMatchObject({ kind: 'failed', code: 'RESPONSE_TIMEOUT', retryable: null })
  })

  it('ends when the driver closes', async () => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    await setup.driver.close()
    expect(await call.outcome).toMatchObject({ kind: 'failed', code: 'ABORTED', retryable: null })
  })

  it('hears of progress and checkpoints in order', async () => {
    await using setup = await startWithCallbacks()
    const reports: DriverReport[] = []
    await using call = await startAccepted(setup.driver, noSignal(), { onReport: keepIn(reports) })
    await post(call.url, { kind: 'progress', stage: 'reading', percent: 40 })
    await post(call.url, { kind: 'checkpoint', data: { page: 9 } })
    await post(call.url, { kind: 'progress', message: 'half way' })
    await post(call.url, { kind: 'completed', result: null })
    await call.outcome
    expect(reports).toEqual([
      { kind: 'progress', stage: 'reading', percent: 40, message: null },
      { kind: 'checkpoint', data: { page: 9 } },
      { kind: 'progress', stage: null, percent: null, message: 'half way' },
    ])
  })

  it('survives a listener that throws', async () => {
    await using setup = await startWithCallbacks()
    const onReport = () => {
      throw new Error('the listener is broken')
    }
    await using call = await startAccepted(setup.driver, noSignal(), { onReport })
    expect(await post(call.url, { kind: 'progress' })).toMatchObject({ status: 503 })
    await post(call.url, { kind: 'completed', result: 1 })
    expect(await call.outcome).toEqual({ kind: 'succeeded', result: 1 })
  })
})

describe('a call whose request is still open', () => {
  it('hears of progress and checkpoints, and ends with the answer', async () => {
    await using setup = await startWithCallbacks()
    await using module = await startModule(async (res, { body }) => {
      const { callbackUrl } = JSON.parse(body)
      await post(callbackUrl, { kind: 'progress', percent: 50 })
      await post(callbackUrl, { kind: 'checkpoint', data: 'half' })
      sendJson(res, 'done')
    })
    const reports: DriverReport[] = []
    const call = callOf(module.endpoint, { onReport: keepIn(reports) })
    expect(await setup.driver.call(call, noSignal())).toEqual({ kind: 'succeeded', result: 'done' })
    expect(reports.map(({ kind }) => kind)).toEqual(['progress', 'checkpoint'])
    const { callbackUrl } = JSON.parse(module.requests[0]?.body ?? '')
    expect(await post(callbackUrl, { kind: 'progress', percent: 60 })).toEqual(unknown)
  })

  it('ends with a completion that overtook the 202', async () => {
    await using setup = await startWithCallbacks()
    await using module = await startModule(async (res, { body }) => {
      await post(JSON.parse(body).callbackUrl, { kind: 'completed', result: 'early' })
      sendJson(res, {}, 202)
    })
    const outcome = await setup.driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toEqual({ kind: 'succeeded', result: 'early' })
  })

  it('ends with the completion that was accepted, whatever its answer says afterwards', async () => {
    await using setup = await startWithCallbacks()
    await using module = await startModule(async (res, { body }) => {
      await post(JSON.parse(body).callbackUrl, { kind: 'completed', result: 'by callback' })
      sendJson(res, 'by answer')
    })
    const outcome = await setup.driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toEqual({ kind: 'succeeded', result: 'by callback' })
  })

  it('ends with a completion that was accepted although the connection broke afterwards', async () => {
    await using setup = await startWithCallbacks()
    await using module = await startTcp(socket => {
      let text = ''
      socket.on('data', chunk => {
        text += chunk.toString()
        const [, url] = /"callbackUrl":"([^"]+)"/.exec(text) ?? []
        if (url) void post(url, { kind: 'completed', result: 'kept' }).then(() => socket.resetAndDestroy())
      })
    })
    const outcome = await setup.driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toEqual({ kind: 'succeeded', result: 'kept' })
  })
})

describe('a callback', () => {
  it.each([
    ['no JSON', '{"kind":', 400, 'INVALID_INPUT'],
    ['no object', '7', 400, 'INVALID_INPUT'],
    ['an unknown kind', { kind: 'paused' }, 400, 'INVALID_INPUT'],
    ['an unknown field', { kind: 'progress', percentage: 4 }, 400, 'INVALID_INPUT'],
    ['a percent beyond 100', { kind: 'progress', percent: 101 }, 400, 'INVALID_INPUT'],
    ['no result', { kind: 'completed' }, 400, 'INVALID_INPUT'],
    ['an error without message', { kind: 'failed', error: { code: 'X' } }, 400, 'INVALID_INPUT'],
    ['an error code with spaces', { kind: 'failed', error: { code: 'a b', message: '' } }, 400, 'INVALID_INPUT'],
    ['a NUL character', { kind: 'completed', result: 'a\0' }, 400, 'PAYLOAD_NOT_STORABLE'],
    ['65 levels', `{"kind":"completed","result":${'['.repeat(65)}${']'.repeat(65)}}`, 400, 'PAYLOAD_NOT_STORABLE'],
    ['a checkpoint beyond 64 KiB', { kind: 'checkpoint', data: 'x'.repeat(65_536) }, 413, 'CHECKPOINT_TOO_LARGE'],
    ['a result beyond the cap', { kind: 'completed', result: 'x'.repeat(100_000) }, 413, 'PAYLOAD_TOO_LARGE'],
    ['a body beyond the cap', 'x'.repeat(200_000), 413, 'PAYLOAD_TOO_LARGE'],
  ])('with %s is refused, and the call stays open for a corrected one', async (_what, body, status, code) => {
    await using setup = await startWithCallbacks({ maxResultBytes: 100_000 })
    await using call = await startAccepted(setup.driver)
    expect(await post(call.url, body)).toMatchObject({ status, body: { error: { code } } })
    await post(call.url, { kind: 'completed', result: `${'['.repeat(64)}` })
    expect(await call.outcome).toMatchObject({ kind: 'succeeded' })
  })

  it('may carry a result of 64 levels and a checkpoint of exactly 64 KiB', async () => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    expect(await post(call.url, { kind: 'checkpoint', data: 'x'.repeat(65_534) })).toMatchObject({ status: 200 })
    const deep = `{"kind":"completed","result":${'['.repeat(64)}${']'.repeat(64)}}`
    expect(await post(call.url, deep)).toMatchObject({ status: 200 })
    await call.outcome
  })

  it.each([
    'wrong-token',
    '019ab000-0000-4000-8000-000000000001',
    '',
    '%00',
    '019ab000-0000-4000-8000-000000000001/x',
    '__proto__',
  ])('with the token "%s" is answered like any unknown one, its body unread', async token => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    const url = `${setup.server.endpoint}/api/v1/callbacks/${token}`
    expect(await post(url, { kind: 'completed', result: 1 })).toEqual(unknown)
    expect(await post(url, 'not even JSON')).toEqual(unknown)
    await post(call.url, { kind: 'completed', result: 2 })
    expect(await call.outcome).toEqual({ kind: 'succeeded', result: 2 })
  })

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('by %s is answered like an unknown one', async method => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    const response = await fetch(call.url, { method })
    expect({ status: response.status, body: await response.json() }).toEqual(unknown)
    await post(call.url, { kind: 'completed', result: 1 })
    await call.outcome
  })

  it('whose sender goes away halfway changes nothing', async () => {
    await using setup = await startWithCallbacks()
    await using call = await startAccepted(setup.driver)
    const cut = new AbortController()
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"kind":"completed","result":'))
      },
    })
    const posted = fetch(call.url, { method: 'POST', body, duplex: 'half', signal: cut.signal } as RequestInit)
    await expect.poll(setup.server.openSockets).toBe(1)
    cut.abort()
    await expect(posted).rejects.toThrow()
    await expect.poll(setup.server.openSockets).toBe(0)
    await post(call.url, { kind: 'completed', result: 'second try' })
    expect(await call.outcome).toEqual({ kind: 'succeeded', result: 'second try' })
  })
})

function keepIn(reports: DriverReport[]) {
  return (report: DriverReport) => {
    reports.push(report)
    return 'accepted' as const
  }
}
