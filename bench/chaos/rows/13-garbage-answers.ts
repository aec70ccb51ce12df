import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import type { Replica, Stage } from '../stage.ts'

const mostGrowthMb = 150
const json = { 'content-type': 'application/json' }

/** What calls are answered with, one after the other; the last is a result, so that the breaker does not open. */
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'bad JSON': response => response.writeHead(200, json).end('{"result": '),
  'endless body': pourForever,
  'wrong type': response => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>'),
  sliced: response => {
    response.writeHead(200, { ...json, 'content-length': 1_000 }).write('{"a": 1}')
    setTimeout(() => response.destroy(), 20)
  },
  'a proper result': response => response.writeHead(200, json).end('{}'),
}
const kinds = Object.values(answers)

export const garbageAnswers: FaultRow = {
  row: 13,
  fault: 'garbage answers',
  how: isFull =>
    `${isFull ? '20,000' : '400'} calls are answered in turn with ${Object.keys(answers).join(', ')}, beside as many of a module that works`,
  mustHold: `garbage fails, the others succeed, resident memory grows by less than ${mostGrowthMb} MB`,
  async run(stage) {
    const replica = await stage.startReplica()
    await stage.register('garbage', await startGarbageModule(stage), {
      type: 'garbage',
      breaker: { failureThreshold: 1_000 },
    })
    await stage.startModule('steady', () => ({ status: 200, body: null }))
    const count = stage.isFull ? 20_000 : 400
    // What is loaded and compiled with the first calls is no growth.
    await stage.submitMany(100)
    await stage.untilIdle()
    const before = residentMb(replica)
    let peak = before
    const watching = setInterval(() => {
      peak = Math.max(peak, residentMb(replica))
    }, 50)
    try {
      await stage.submitMany(count, { type: 'garbage', maxAttempts: 1 })
      await stage.submitMany(count)
      await stage.untilIdle(600_000)
    } finally {
      clearInterval(watching)
    }
    const ended = (type: string, status: string) =>
      stage.count('SELECT count(*) FROM outcome o JOIN task t ON t.id = o.id WHERE t.type = $1 AND o.status = $2', [
        type,
        status,
      ])
    const expected = count - Math.ceil(count / kinds.length)
    const [failed, succeeded] = [await ended('garbage', 'failed'), (await ended('work', 'succeeded')) - 100]
    return {
      figure: `${failed} of ${expected} failed, ${succeeded} of ${count} others succeeded; peak ${peak} MB resident, ${before} MB before`,
      measured: { failed, succeeded, residentBeforeMb: before, residentPeakMb: peak },
      violations: violationsOf({
        'garbage was taken for a result': failed === expected,
        'others suffered': succeeded === count,
        'memory is not bounded': peak - before < mostGrowthMb,
      }),
    }
  },
}

async function startGarbageModule(stage: Stage): Promise<string> {
  let calls = 0
  const server = createServer((request, response) => {
    request.resume()
    if (request.url === '/health') return void response.writeHead(200, json).end('{"status":"healthy"}')
    response.on('error', () => {})
    kinds[calls++ % kinds.length]?.(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stage.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function pourForever(response: ServerResponse): void {
  const piece = Buffer.alloc(64 * 1024, 'x')
  response.writeHead(200, json)
  const pour = () => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', pour)
  pour()
}

/** Memory that a process holds now. Linux tells it in a file. */
function residentMb({ child }: Replica): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024)
}
