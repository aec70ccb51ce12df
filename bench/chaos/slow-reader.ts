import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

const subscription = (id: number) =>
  JSON.stringify({ id, method: 'subscription', params: { path: 'events.onEvent', input: {} } })
/** Of the slow one, so that what the kernel keeps for it, which is megabytes, is full within seconds. */
const slowSubscriptions = 20
const tickMs = 250
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

/** What readers of the events saw while one of them read slowly. */
export interface SlowReaderResult {
  readers: number
  events: number
  /** From when an event was written until a healthy reader had it. */
  lagP50Ms: number
  lagP99Ms: number
  lagMaxMs: number
  /** After how long the slow one was let go; null when it was kept all the time. */
  droppedAfterMs: number | null
}

export interface SlowReaderOptions {
  url: string
  key: string
  /** Healthy ones beside the slow one. */
  readers: number
  slowBytesPerSecond: number
  /** Gives up waiting for the slow one to be let go. */
  patienceMs: number
}

/**
 * Lets `readers` follow all events over WebSockets and one more read what is sent to it a few bytes a second, until the server
 * lets that one go. Somebody else sees to it that events are written.
 */
export async function watchBesideSlowReader(options: SlowReaderOptions): Promise<SlowReaderResult> {
  const lags: number[] = []
  const headers = { authorization: `Bearer ${options.key}` }
  const address = `${options.url.replace('http', 'ws')}/api/trpc`
  const healthy = await Promise.all(
    Array.from({ length: options.readers }, async () => {
      const socket = new WebSocket(address, { headers })
      await once(socket, 'open')
      socket.on('message', (data: Buffer) => {
        const { result } = JSON.parse(data.toString()) as { result?: { type: string; data?: { data: { at: string } } } }
        if (result?.type === 'data' && result.data) lags.push(Date.now() - Date.parse(result.data.data.at))
      })
      socket.send(subscription(1))
      return socket
    }),
  )
  const droppedAfterMs = await readSlowly(options, headers)
  const lost = healthy.filter(socket => socket.readyState !== WebSocket.OPEN).length
  for (const socket of healthy) socket.close()
  if (lost > 0) throw new Error(`${lost} healthy readers were let go`)
  const sorted = lags.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return {
    readers: options.readers,
    events: Math.round(lags.length / options.readers),
    lagP50Ms: at(0.5),
    lagP99Ms: at(0.99),
    lagMaxMs: at(1),
    droppedAfterMs,
  }
}

/**
 * A WebSocket by hand, because a client of a library reads as fast as it can. It says all the time that it is alive; so it is let go
 * for its slowness alone, and learns of it at once, although the end stands behind all that it has not read. Answers after how long.
 */
async function readSlowly(
  { url, slowBytesPerSecond, patienceMs }: SlowReaderOptions,
  headers: Record<string, string>,
): Promise<number | null> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  let isOver = false
  for (const end of ['close', 'error', 'end']) socket.on(end, () => (isOver = true))
  const lines = Object.entries({
    host,
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  socket.write(`GET /api/trpc HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'readable')
  for (let id = 1; id <= slowSubscriptions; id++) {
    const text = subscription(id)
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]))
  }
  const begun = performance.now()
  while (!isOver && performance.now() - begun < patienceMs) {
    await sleep(tickMs)
    if (!isOver) socket.write(pong)
    socket.read(Math.min(socket.readableLength, Math.round((slowBytesPerSecond * tickMs) / 1_000)) || undefined)
  }
  const tookMs = Math.round(performance.now() - begun)
  socket.destroy()
  return isOver ? tookMs : null
}
