import { makeReachableTempDir } from '../../server/persistence/embedded/reachable-temp-dir.ts'
import { createClient } from '../../server/testing/client.ts'
import { until } from '../../server/testing/until.ts'
import { startProcess } from '../load/processes.ts'

const key = 'qd_key_for_bench_0123456789abcdefghijklmnop'
const perBatch = 1_000

/** Resident memory in MB of a server with so many calls in flight to a module over HTTP, and of the same one at rest before. */
export async function measureInFlight(calls: number): Promise<{ atRestMb: number; inFlightMb: number }> {
  await using cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await makeReachableTempDir('quarterdeck-bench'))
  const module = await startProcess('bench/load/holding-module.ts')
  cleanup.defer(() => module.stop())
  const server = await startProcess('server/testing/headless-server.ts', {
    QUARTERDECK_DATA_DIR: folder.path,
    QUARTERDECK_PORT: '0',
    QUARTERDECK_PRESET: 'testing',
    QUARTERDECK_API_KEY: key,
    QUARTERDECK_ADMIN_PASSWORD: 'a password for the bench',
    QUARTERDECK_CONCURRENCY: String(calls),
    NODE_ENV: 'production',
  })
  cleanup.defer(() => server.stop())
  const client = createClient(server.url, key)
  await client.mutate('modules.register', {
    id: 'holding',
    name: 'Holding',
    category: 'bench',
    version: '1',
    capabilities: [{ type: 'bench.hold' }],
    instances: [{ endpoint: module.url, capacity: calls }],
    breaker: { callTimeoutMs: 600_000 },
  })
  const running = async () => (await client.query<{ running: number; size: number }>('queues.stats')).running
  await until('the server is at rest', async () => (await running()) === 0)
  const atRestMb = server.residentMb()
  for (let first = 0; first < calls; first += perBatch) {
    const tasks = Array.from({ length: perBatch }, (_, n) => ({ type: 'bench.hold', payload: { n: first + n } }))
    await client.mutate('tasks.submitBatch', { tasks })
  }
  const held = async () => ((await (await fetch(`${module.url}/held`)).json()) as { held: number }).held
  await until('all are in flight', async () => (await held()) === calls, 120_000)
  const inFlightMb = server.residentMb()
  await fetch(`${module.url}/release`, { method: 'POST' })
  await until('all have ended', async () => (await running()) === 0, 120_000)
  return { atRestMb, inFlightMb }
}
