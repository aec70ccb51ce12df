import { createServer, request as forward, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ReceivedCall } from '../../../server/testing/scripted-module.ts'
import { startScriptedModule } from '../../../server/testing/scripted-module.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'

export const duplicateDelivery: FaultRow = {
  row: 9,
  fault: 'duplicate delivery',
  how: isFull =>
    `a network that delivers every call to the module twice, and a module that reports every end twice, ${isFull ? '20,000' : '600'} tasks`,
  mustHold: 'same key both times, one outcome; a module that goes by the key has one effect',
  async run(stage) {
    await stage.startReplicas(2)
    const effects = new Map<string, number>()
    const keys = new Map<string, Set<string>>()
    const module = stage.use(
      await startScriptedModule(call => {
        keys.set(call.taskId, (keys.get(call.taskId) ?? new Set()).add(call.idempotencyKey ?? ''))
        if (!effects.has(call.idempotencyKey ?? '')) effects.set(call.idempotencyKey ?? '', 1)
        if (Number(call.payload) % 2 === 0) return { status: 200, body: 'done' }
        void completeTwice(call)
        return { status: 202 }
      }),
    )
    const network = await startDoublingProxy(module.endpoint)
    stage.defer(() => network.close())
    await stage.register('worker', network.endpoint)
    const count = stage.isFull ? 20_000 : 600
    await stage.submitMany(count)
    await stage.untilIdle()
    const succeeded = await stage.count(`SELECT count(*) FROM outcome WHERE status = 'succeeded'`)
    const attempts = await stage.count('SELECT count(*) FROM attempt')
    const unlike = [...keys].filter(([taskId, seen]) => seen.size !== 1 || !seen.has(taskId)).length
    return {
      figure: `${module.calls.length.toLocaleString('en')} deliveries of ${count} tasks, ${(effects.size / count).toFixed(2)} effects per task, ${attempts} attempts in the books`,
      measured: { tasks: count, deliveries: module.calls.length, effects: effects.size, attempts, succeeded },
      violations: violationsOf({
        'not delivered twice': module.calls.length >= 2 * count,
        'another key than the id of the task': unlike === 0,
        'more than one effect per task': effects.size === count,
        'not all succeeded, each in one attempt': succeeded === count && attempts === count,
      }),
    }
  },
}

async function completeTwice({ rawBody }: ReceivedCall): Promise<void> {
  const { callbackUrl } = JSON.parse(rawBody) as { callbackUrl: string }
  const complete = () =>
    fetch(callbackUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'completed', result: 'done' }),
    }).catch(() => {})
  await Promise.all([complete(), complete()])
  await complete()
}

/** Hands every request on twice and answers with the first answer. */
async function startDoublingProxy(target: string) {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', chunk => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const times = incoming.url === '/process' ? 2 : 1
      for (let time = 0; time < times; time++) {
        const outgoing = forward(`${target}${incoming.url}`, { method: incoming.method, headers: incoming.headers })
        outgoing.on('error', () => response.destroy())
        outgoing.on('response', (answer: IncomingMessage) => {
          if (response.headersSent) {
            answer.resume()
            return
          }
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(response)
        })
        outgoing.end(body)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
