import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type AddressPolicy, createAddressPolicy } from '../address-policy.ts'
import { callOf, noSignal, startDriver } from './testing/test-driver.ts'
import { sendJson, startModule, startTcp } from './testing/test-module.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

/** Runs `serve` with every request that arrived complete on the socket (bodies here fit one segment each). */
function onRequest(socket: Socket, serve: (requestNo: number) => void): void {
  let count = 0
  let text = ''
  socket.on('data', chunk => {
    text += chunk.toString()
    const [, length = '0'] = /content-length: (\d+)/i.exec(text) ?? []
    const [head = ''] = text.split('\r\n\r\n', 1)
    if (text.length < head.length + 4 + Number(length)) return
    text = ''
    serve(++count)
  })
}

describe('a module that hangs', () => {
  it.each([
    ['before its headers', ''],
    ['within its headers', 'HTTP/1.1 200 OK\r\ncontent-type: appli'],
    ['before its body', `${ok}content-length: 10\r\n\r\n`],
    ['within its body', `${ok}content-length: 10\r\n\r\n{"a`],
    ['within a chunk', `${ok}transfer-encoding: chunked\r\n\r\n5\r\n{"a`],
  ])('%s is let go at once when the call is aborted, its socket closed', async (_where, text) => {
    let received = 0
    await using module = await startTcp(socket =>
      onRequest(socket, () => {
        received++
        socket.write(text)
      }),
    )
    await using driver = startDriver()
    const abort = new AbortController()
    const calls = Array.from({ length: 20 }, () => driver.call(callOf(module.endpoint), abort.signal))
    await expect.poll(() => received).toBe(20)

    abort.abort()
    const outcomes = await Promise.all(calls)

    expect(outcomes.every(outcome => outcome.kind === 'failed' && outcome.code === 'ABORTED')).toBe(true)
    await expect.poll(module.openSockets).toBe(0)
    expect(driver.openCalls).toBe(0)
  })

  it('is let go at the ceiling even when nobody aborts', async () => {
    await using module = await startTcp(socket => onRequest(socket, () => socket.write(`${ok}\r\n{`)))
    await using driver = startDriver({ callCeilingMs: 200 })
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'RESPONSE_TIMEOUT', retryable: null })
    await expect.poll(module.openSockets).toBe(0)
  })

  it('within its body is let go after the longest silence allowed there', async () => {
    await using module = await startTcp(socket => onRequest(socket, () => socket.write(`${ok}\r\n{`)))
    await using driver = startDriver({ bodyTimeoutMs: 200 })
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'RESPONSE_TIMEOUT', retryable: null })
    await expect.poll(module.openSockets).toBe(0)
  })

  it('with 1xx answers without end is let go at the ceiling', async () => {
    await using module = await startTcp(socket => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    await using driver = startDriver({ callCeilingMs: 300 })
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'RESPONSE_TIMEOUT' })
    await expect.poll(module.openSockets).toBe(0)
  })

  it('in its name look-up is let go when the call is aborted, and never called afterwards', async () => {
    await using module = await startModule(res => sendJson(res, 1))
    const waiting: (() => void)[] = []
    const addressPolicy = createAddressPolicy({
      allowed: ['127.0.0.0/8'],
      resolve: (_host, _options, callback) => waiting.push(() => callback(null, [{ address: '127.0.0.1', family: 4 }])),
    })
    await using driver = startDriver({ addressPolicy })
    const endpoint = `http://module.test:${module.port}`
    const abort = new AbortController()
    const call = driver.call(callOf(endpoint), abort.signal)
    await expect.poll(() => waiting.length).toBe(1)
    abort.abort()
    expect(await call).toMatchObject({ kind: 'failed', code: 'ABORTED' })

    for (const resolve of waiting.splice(0)) resolve()
    const next = driver.call(callOf(endpoint, { taskId: 'the-next-task' }), noSignal())
    await expect
      .poll(() => {
        for (const resolve of waiting.splice(0)) resolve()
        return module.requests.map(request => request.headers['idempotency-key'])
      })
      .toEqual(['the-next-task'])
    expect(await next).toMatchObject({ kind: 'succeeded' })
  })

  it('in its name look-up without end is given up at the connection time-out', async () => {
    const addressPolicy = createAddressPolicy({ allowed: ['127.0.0.0/8'], resolve: () => {} })
    await using driver = startDriver({ addressPolicy, connectTimeoutMs: 100 })
    const outcome = await driver.call(callOf('http://module.test'), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'CONNECTION_FAILED', retryable: null })
  })
})

describe('a module that answers garbage', () => {
  it('without end is cut off at the cap, its memory bounded', async () => {
    let sent = 0
    const piece = Buffer.alloc(64 * 1024, 'x')
    await using module = await startModule(res => {
      res.writeHead(200, { 'content-type': 'application/json' })
      const pump = () => {
        while (!res.destroyed && res.write(piece)) sent += piece.length
      }
      res.on('drain', pump)
      pump()
    })
    await using driver = startDriver()
    const calls = Array.from({ length: 20 }, () => driver.call(callOf(module.endpoint), noSignal()))
    const outcomes = await Promise.all(calls)

    expect(outcomes).toEqual(
      Array(20).fill(expect.objectContaining({ kind: 'failed', code: 'RESPONSE_TOO_LARGE', retryable: null })),
    )
    await expect.poll(module.openSockets).toBe(0)
    // 256 KiB read per call, the rest in buffers of the kernel.
    expect(sent).toBeLessThan(20 * 8 * 1024 * 1024)
  })

  it('with an announced length beyond the cap is cut off as well', async () => {
    await using module = await startModule(res => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 10 ** 9 }).write('x'.repeat(2_000))
    })
    await using driver = startDriver({ maxResultBytes: 1_000 })
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'RESPONSE_TOO_LARGE' })
    await expect.poll(module.openSockets).toBe(0)
  })

  it.each([
    ['that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['with headers without end', `HTTP/1.1 200 OK\r\n${'x-filler: 0123456789\r\n'.repeat(5_000)}`],
    ['that is not UTF-8', Buffer.concat([Buffer.from(`${ok}content-length: 3\r\n\r\n"`), Buffer.from([0xff, 0x22])])],
    ['that ends early without saying how long it is', `${ok}connection: close\r\n\r\n{"a":`],
    ['with a broken chunk', `${ok}transfer-encoding: chunked\r\n\r\nZZ\r\n{}`],
  ])('%s fails as a bad response', async (_what, bytes) => {
    await using module = await startTcp(socket => onRequest(socket, () => socket.end(bytes)))
    await using driver = startDriver()
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'BAD_RESPONSE', retryable: null })
    await expect.poll(module.openSockets).toBe(0)
  })

  it('in slices of one byte is understood all the same', async () => {
    const text = `${ok}content-length: 18\r\n\r\n{"name":"Grüße"}`
    await using module = await startTcp(socket => {
      socket.setNoDelay(true)
      onRequest(socket, () => {
        const bytes = [...Buffer.from(text)]
        const next = () => {
          const byte = bytes.shift()
          if (byte !== undefined) socket.write(Buffer.of(byte), () => setImmediate(next))
        }
        next()
      })
    })
    await using driver = startDriver()
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toEqual({ kind: 'succeeded', result: { name: 'Grüße' } })
  })
})

describe('a connection', () => {
  it('that is refused fails retryably', async () => {
    const module = await startTcp(() => {})
    await module[Symbol.asyncDispose]()
    await using driver = startDriver()
    expect(await driver.call(callOf(module.endpoint), noSignal())).toEqual({
      kind: 'failed',
      code: 'CONNECTION_FAILED',
      message: 'The module cannot be reached: connection refused.',
      retryable: null,
    })
  })

  it('to a name that does not resolve fails retryably', async () => {
    await using driver = startDriver()
    expect(await driver.call(callOf('http://no-such-module.invalid'), noSignal())).toMatchObject({
      kind: 'failed',
      code: 'CONNECTION_FAILED',
      retryable: null,
    })
  })

  it.each([
    ['after the request', (socket: Socket) => socket.resetAndDestroy()],
    ['after the request, orderly', (socket: Socket) => socket.end()],
    ['within the headers', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-')],
    ['within a body of known length', (socket: Socket) => socket.end(`${ok}content-length: 100\r\n\r\n{"a":`)],
    ['within a chunked body', (socket: Socket) => socket.end(`${ok}transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n`)],
  ])('that is closed %s fails retryably, and nothing is sent again behind our back', async (_when, close) => {
    let received = 0
    await using module = await startTcp(socket =>
      onRequest(socket, () => {
        received++
        close(socket)
      }),
    )
    await using driver = startDriver()
    const outcome = await driver.call(callOf(module.endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'CONNECTION_RESET', retryable: null })
    expect(received).toBe(1)
  })

  it('that is reset when it is used again fails retryably, and nothing is sent again behind our back', async () => {
    const received: number[] = []
    await using module = await startTcp(socket =>
      onRequest(socket, requestNo => {
        received.push(requestNo)
        if (requestNo === 1) socket.write(`${ok}content-length: 4\r\nconnection: keep-alive\r\n\r\nnull`)
        else socket.resetAndDestroy()
      }),
    )
    await using driver = startDriver()
    expect(await driver.call(callOf(module.endpoint), noSignal())).toMatchObject({ kind: 'succeeded' })
    await new Promise(resolve => setImmediate(resolve))
    expect(await driver.call(callOf(module.endpoint), noSignal())).toMatchObject({
      kind: 'failed',
      code: 'CONNECTION_RESET',
      retryable: null,
    })
    expect(received).toEqual([1, 2])
  })

  it('that the module closed while idle is replaced without anybody noticing', async () => {
    const sockets: Socket[] = []
    await using module = await startTcp(socket => {
      sockets.push(socket)
      onRequest(socket, () => socket.write(`${ok}content-length: 4\r\n\r\nnull`))
    })
    await using driver = startDriver()
    await driver.call(callOf(module.endpoint), noSignal())
    sockets[0]?.end()
    await expect.poll(module.openSockets).toBe(0)
    expect(await driver.call(callOf(module.endpoint), noSignal())).toMatchObject({ kind: 'succeeded' })
  })
})

describe('a driver that closes', () => {
  it('ends the calls under way and leaves no connection', async () => {
    await using module = await startTcp(socket => socket.resume())
    const driver = startDriver()
    const call = driver.call(callOf(module.endpoint), noSignal())
    await expect.poll(module.openSockets).toBe(1)
    await driver.close()
    expect(await call).toMatchObject({ kind: 'failed', code: 'ABORTED', retryable: null })
    await expect.poll(module.openSockets).toBe(0)
  })
})

describe('a call into our own network', () => {
  const strict = createAddressPolicy({ allowed: [] })

  it.each([
    'http://127.0.0.1',
    'http://127.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://0.0.0.0',
    'http://localhost',
  ])('is refused before a connection is made: %s', async host => {
    await using module = await startModule(res => sendJson(res, 'secret'))
    await using driver = startDriver({ addressPolicy: strict })
    const outcome = await driver.call(callOf(`${host}:${module.port}`), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'ADDRESS_NOT_ALLOWED', retryable: null })
    expect(module.connections()).toBe(0)
  })

  it.each(['http://169.254.169.254', 'http://2852039166', 'http://[::ffff:a9fe:a9fe]', 'http://[64:ff9b::a9fe:a9fe]'])(
    'or to the metadata of the cloud is refused: %s',
    async endpoint => {
      await using driver = startDriver({ addressPolicy: strict })
      const outcome = await driver.call(callOf(endpoint), noSignal())
      expect(outcome).toMatchObject({ kind: 'failed', code: 'ADDRESS_NOT_ALLOWED', retryable: null })
    },
  )

  it('is refused when the name was public at registration and is private now', async () => {
    await using module = await startModule(res => sendJson(res, 'secret'))
    const answers = ['93.184.216.34', '127.0.0.1']
    const addressPolicy = createAddressPolicy({
      allowed: [],
      resolve: (_host, _options, callback) => callback(null, [{ address: answers.shift() ?? '', family: 4 }]),
    })
    const endpoint = `http://rebinding.test:${module.port}`
    await addressPolicy.checkUrl(endpoint)
    await using driver = startDriver({ addressPolicy })
    const outcome = await driver.call(callOf(endpoint), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'ADDRESS_NOT_ALLOWED' })
    expect(module.connections()).toBe(0)
  })

  it('that slipped through name resolution is cut before a byte is sent', async () => {
    let bytes = 0
    await using module = await startTcp(socket => socket.on('data', chunk => (bytes += chunk.length)))
    const addressPolicy: AddressPolicy = {
      ...strict,
      lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    }
    await using driver = startDriver({ addressPolicy })
    const outcome = await driver.call(callOf(`http://slipped.test:${module.port}`), noSignal())
    expect(outcome).toMatchObject({ kind: 'failed', code: 'ADDRESS_NOT_ALLOWED' })
    expect(module.connections()).toBe(1)
    await expect.poll(module.openSockets).toBe(0)
    expect(bytes).toBe(0)
  })

  it('by a health check is refused alike', async () => {
    await using module = await startModule(res => sendJson(res, { status: 'healthy' }))
    await using driver = startDriver({ addressPolicy: strict })
    const health = await driver.checkHealth({ id: 'i-1', endpoint: module.endpoint }, noSignal())
    expect(health).toMatchObject({ status: 'unhealthy', reason: expect.stringContaining('does not allow') })
    expect(module.connections()).toBe(0)
  })
})
