import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '#server/testing/client.ts'
import { until } from '#server/testing/until.ts'
import type { Product } from './product.ts'
import { type RunningServer, runServer, startProgram, stopProgram } from './running-server.ts'

const firstTasksMs = 60_000

/** Starts the product as `npm run demo` does, in a folder of its own, and answers how to stop it. */
export default async function startProduct(): Promise<() => Promise<void>> {
  await using building = new AsyncDisposableStack()
  const server = building.use(await runServer())
  const { url, email, password, apiKey, folder } = server
  const fleet = startProgram('fleet/start.ts', {
    QUARTERDECK_URL: url,
    QUARTERDECK_API_KEY: apiKey,
    FLEET_STATE_FILE: path.join(folder, 'fleet.json'),
    FLEET_RATE: '3',
  })
  building.defer(() => stopProgram(fleet))
  const fleetUrl = await readFleetUrl(fleet)
  const restarter = building.use(await startRestarter(server))
  await whenModulesWork(url, apiKey)
  const databaseDir = path.join(folder, 'data', 'postgres')
  const product: Product = { url, email, password, apiKey, fleetUrl, databaseDir, restarterUrl: restarter.url }
  const file = path.join(folder, 'product.json')
  await writeFile(file, JSON.stringify(product))
  process.env.E2E_PRODUCT_FILE = file
  const cleanup = building.move()
  return () => cleanup.disposeAsync()
}

/** Tests run in processes of their own; here they can have the server stopped and started. */
async function startRestarter(server: RunningServer): Promise<AsyncDisposable & { url: string }> {
  const restarter = createServer((request, response) => {
    const act = request.url === '/stop' ? server.stop() : server.start()
    act.then(
      () => response.end('done'),
      error => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => restarter.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(restarter.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      restarter.closeAllConnections()
      await new Promise(resolve => restarter.close(resolve))
    },
  }
}

async function readFleetUrl(fleet: ChildProcess): Promise<string> {
  if (!fleet.stdout) throw new Error('the fleet has no output')
  for await (const line of createInterface({ input: fleet.stdout })) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    if (url) {
      fleet.stdout.resume()
      return url
    }
  }
  throw new Error('the fleet ended before it said where it listens')
}

async function whenModulesWork(url: string, apiKey: string): Promise<void> {
  const client = createClient(url, apiKey)
  await until(
    'the first tasks succeed',
    async () => (await client.query<{ succeeded: number }>('queues.stats')).succeeded > 5,
    firstTasksMs,
  )
}
