import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Supervisor } from '../operations/supervisor.ts'
import { readabilityScorer } from '../readability-scorer/declaration.ts'
import { summarizerDeep } from '../summarizer-deep/declaration.ts'
import { callModule, readHealth, switchFault } from '../testing/call-module.ts'
import { startSupervisor } from '../testing/start-supervisor.ts'
import { requestJson } from './json-http.ts'

const text = 'The quick brown fox jumps over the lazy dog. It does so again on every following morning of the year.'
const type = 'readability.score'
const patient = { timeout: 10_000, interval: 5 }

let fleet: Supervisor
let scorer: string
let summarizer: string

beforeAll(async () => {
  fleet = await startSupervisor([readabilityScorer, summarizerDeep])
  const endpoints = fleet.endpoints()
  scorer = endpoints['readability-scorer']?.[0] ?? ''
  summarizer = endpoints['summarizer-deep']?.[0] ?? ''
})
afterAll(() => fleet.stop())
afterEach(() => switchFault(scorer, { mode: 'none' }))

const errorOf = (body: unknown) => (body as { error: { code: string; message: string; retryable: boolean } }).error
const score = (signal?: AbortSignal) => callModule(scorer, type, { text }, signal ? { signal } : {})

describe('a module told to misbehave', () => {
  test('answers an error that may be retried while failing, and its health check says so', async () => {
    await switchFault(scorer, { mode: 'failing' })
    const answer = await score()
    expect(answer.status).toBe(500)
    expect(errorOf(answer.body)).toMatchObject({ code: 'FAULT_SWITCHED_ON', retryable: true })
    expect(await readHealth(scorer)).toMatchObject({ status: 'unhealthy', details: { reason: expect.any(String) } })
  })

  test('takes the time it was told while slow, does its work, and its health check notices nothing', async () => {
    await switchFault(scorer, { mode: 'slow', delayMs: 150 })
    const startedMs = performance.now()
    const answer = await score()
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(149)
    expect(answer).toMatchObject({ status: 200, body: { sentences: 2 } })
    expect(await readHealth(scorer)).toMatchObject({ status: 'healthy' })
  })

  test('never answers while hanging, and its health check notices nothing', async () => {
    await switchFault(scorer, { mode: 'hanging' })
    const caller = new AbortController()
    const answer = score(caller.signal)
    await vi.waitFor(async () => expect((await readHealth(scorer)).details.inFlight).toBe(1), patient)
    expect(await readHealth(scorer)).toMatchObject({ status: 'healthy', load: 1 / readabilityScorer.capacity })
    caller.abort()
    await expect(answer).rejects.toThrow()
    await vi.waitFor(async () => expect((await readHealth(scorer)).details.inFlight).toBe(0), patient)
  })

  test('answers 200 with broken JSON while talking garbage', async () => {
    await switchFault(scorer, { mode: 'garbage' })
    const response = await fetch(`${scorer}/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ taskId: 'garbage-1', type, payload: { text } }),
    })
    expect(response.status).toBe(200)
    const body = await response.text()
    expect(() => JSON.parse(body)).toThrow(SyntaxError)
  })

  test('drops connections of calls and health checks while down, and can still be switched back', async () => {
    await switchFault(scorer, { mode: 'down' })
    await expect(score()).rejects.toThrow()
    await expect(readHealth(scorer)).rejects.toThrow()
    await switchFault(scorer, { mode: 'none' })
    expect((await score()).status).toBe(200)
  })

  test('hits only the share of calls it was told', async () => {
    await switchFault(scorer, { mode: 'failing', rate: 0.5 })
    const statuses = await Promise.all(Array.from({ length: 8 }, () => score()))
    for (let round = 0; round < 7; round += 1) {
      statuses.push(...(await Promise.all(Array.from({ length: 8 }, () => score()))))
    }
    const failed = statuses.filter(({ status }) => status === 500).length
    // 64 fair coins all but never show fewer than 8 or more than 56 heads (p < 1e-9).
    expect(failed).toBeGreaterThan(7)
    expect(failed).toBeLessThan(57)
  })

  test('works again by itself when the time of the fault is over', async () => {
    await switchFault(scorer, { mode: 'failing', forMs: 100 })
    expect((await score()).status).toBe(500)
    await vi.waitFor(async () => expect((await score()).status).toBe(200), patient)
  })

  test('refuses faults that it does not know', async () => {
    expect((await switchFault(scorer, { mode: 'sulking' })).status).toBe(400)
    expect((await switchFault(scorer, { mode: 'slow', delayMs: -1 })).status).toBe(400)
    expect((await switchFault(scorer, { mode: 'slow', delay: 5 })).status).toBe(400)
    expect(
      (await requestJson(`${scorer}/faults`, { method: 'GET', signal: AbortSignal.timeout(5_000) })).body,
    ).toMatchObject({
      mode: 'none',
    })
  })
})

describe('a module', () => {
  test('answers 429 with Retry-After once it is full, and takes work again when there is room', async () => {
    await switchFault(scorer, { mode: 'hanging' })
    const callers = new AbortController()
    const hanging = Array.from({ length: readabilityScorer.capacity }, () => score(callers.signal))
    const ended = Promise.allSettled(hanging)
    await vi.waitFor(async () => expect((await readHealth(scorer)).load).toBe(1), patient)
    const answer = await score()
    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    callers.abort()
    await ended
    await switchFault(scorer, { mode: 'none' })
    await vi.waitFor(async () => expect((await score()).status).toBe(200), patient)
  })

  test('stops working when its caller closes the connection', async () => {
    const words = 'the module reads installed packages and writes a short honest report about each of them'.split(' ')
    const lines = Array.from(
      { length: 330 },
      (_, index) => `${words[index % words.length]} ${index} ${words.toSorted().join(' ')}.`,
    )
    const long = lines.join('\n').slice(0, 32_000)
    const before = (await readHealth(summarizer)).details
    const caller = new AbortController()
    const answer = callModule(summarizer, 'text.summarize', { text: long }, { signal: caller.signal })
    await vi.waitFor(async () => expect((await readHealth(summarizer)).details.inFlight).toBe(1), patient)
    caller.abort()
    await expect(answer).rejects.toThrow()
    await vi.waitFor(async () => expect((await readHealth(summarizer)).details.inFlight).toBe(0), patient)
    const { aborted, succeeded } = (await readHealth(summarizer)).details
    expect({ aborted, succeeded }).toEqual({ aborted: before.aborted + 1, succeeded: before.succeeded })
  })

  test('gives up at the deadline of the task', async () => {
    await switchFault(scorer, { mode: 'hanging' })
    const deadline = new Date(Date.now() + 100).toISOString()
    const answer = await callModule(scorer, type, { text }, { deadline })
    expect(answer.status).toBe(500)
    expect(errorOf(answer.body)).toMatchObject({ code: 'DEADLINE_PASSED', retryable: false })
  })

  test('refuses a payload that does not fit its schema, and says where', async () => {
    const answer = await callModule(scorer, type, { text: 7 })
    expect(answer.status).toBe(422)
    expect(errorOf(answer.body)).toMatchObject({
      code: 'INVALID_PAYLOAD',
      message: expect.stringContaining('payload/text must be string'),
      retryable: false,
    })
  })

  test('refuses a type that it does not do, and an envelope without a task', async () => {
    expect((await callModule(scorer, 'text.summarize', { text })).status).toBe(400)
    expect((await callModule(scorer, type, { text }, { taskId: '' })).status).toBe(400)
    expect((await callModule(scorer, type, { text }, { deadline: 'soon' })).status).toBe(400)
  })

  test('refuses a body that is too large without reading it to its end', async () => {
    const { port } = new URL(scorer)
    const socket = connect(Number(port), '127.0.0.1')
    const head = `POST /process HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n`
    socket.write(head + ' '.repeat(400_000))
    const [answer] = await once(socket, 'data')
    socket.destroy()
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 /)
  })

  test('refuses a body that a page of another site could have sent', async () => {
    const response = await fetch(`${scorer}/process`, {
      method: 'POST',
      body: JSON.stringify({ taskId: '1', type, payload: { text } }),
    })
    expect(response.status).toBe(415)
  })
})
