import { Pool } from 'undici'
import { lightRequest } from './light-request.ts'
import { startProcess } from './processes.ts'

const connections = 64

/** Requests per second to the module without work, with nothing around them. */
export async function measureHttpCeiling(requests: number): Promise<number> {
  const module = await startProcess('bench/load/echo-module.ts')
  const pool = new Pool(module.url, { connections, pipelining: 1 })
  const body = JSON.stringify({ taskId: 'x', type: 'bench.noop', attempt: 1, payload: { n: 1 } })
  const send = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const headers = { 'content-type': 'application/json' }
      const answer = await lightRequest(pool, { path: '/process', method: 'POST', headers, body })
      JSON.parse(answer.body)
    }
  }
  const sendAll = (total: number) => Promise.all(Array.from({ length: connections }, () => send(total / connections)))
  await sendAll(requests / 10)
  const begun = performance.now()
  await sendAll(requests)
  const tookMs = performance.now() - begun
  await pool.close()
  await module.stop()
  return Math.round((requests / tookMs) * 1_000)
}
