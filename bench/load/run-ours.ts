import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startQuarterdeck } from '../../server/composition/start-quarterdeck.ts'
import { readConfig } from '../../server/config/read-config.ts'
import { registerModuleInput } from '../../server/contracts/modules.ts'
import { silentLogger } from '../../server/core/shared/logger.ts'
import type { Principal } from '../../server/core/shared/principal.ts'
import { makeReachableTempDir } from '../../server/persistence/embedded/reachable-temp-dir.ts'
import { race } from '../peers/race.mjs'
import { startProcess } from './processes.ts'

/**
 * Ours in the same race: `run-ours.ts local|http <jobs>`. The whole path, from validation to outcome, with routing, breaker, event,
 * decision and what was learned; `http` calls a module in another process.
 */
const [how, jobs] = process.argv.slice(2)
const by: Principal = { kind: 'service', id: 'bench', name: 'bench', tenantId: 'default', scopes: [] }
const folder = await makeReachableTempDir('quarterdeck-bench')
const { config } = readConfig({
  ...process.env,
  QUARTERDECK_DATA_DIR: folder.path,
  QUARTERDECK_PORT: '0',
  QUARTERDECK_PRESET: 'testing',
  QUARTERDECK_CONCURRENCY: '1000',
})
const quarterdeck = await startQuarterdeck(config, {
  logger: silentLogger,
  dev: false,
  headless: true,
  handlers: { noop: () => ({ ok: true }) },
})
const echo = how === 'http' ? await startProcess('bench/load/echo-module.ts') : null
const { modules, tasks } = quarterdeck.operations
const watching = new pg.Client(process.env.DATABASE_URL)
await watching.connect()
await modules.register(
  by,
  registerModuleInput.parse({
    id: 'noop',
    name: 'No work',
    category: 'bench',
    version: '1',
    driver: how,
    capabilities: [{ type: 'bench.noop' }],
    instances: [{ endpoint: echo?.url ?? 'local://noop', capacity: how === 'http' ? 64 : 1_000 }],
  }),
)
await modules.disable(by, { id: 'noop', reason: 'Submit first, then run, as the others do', giveUpAfterMs: null })

let submitted = 0
const result = await race(
  {
    async submitMany(count, first) {
      const entries = Array.from({ length: count }, (_, k) => ({
        type: 'bench.noop',
        payload: { n: first + k },
        priority: (k % 10) + 1,
      }))
      const { accepted } = await tasks.submitBatch(by, entries)
      submitted += accepted.length
    },
    async drain() {
      await modules.enable(by, 'noop', false)
      for (;;) {
        const { rows } = await watching.query<{ ended: string }>('SELECT sum(succeeded) AS ended FROM task_total')
        const ended = Number(rows[0]?.ended)
        if (ended >= submitted) return ended
        await sleep(10)
      }
    },
    submitOne: n => tasks.submit(by, { type: 'bench.noop', payload: { n } }),
    async close() {
      await watching.end()
      await quarterdeck.stop()
      await echo?.stop()
      await folder[Symbol.asyncDispose]()
    },
  },
  Number(jobs),
)
console.log(JSON.stringify(result))
process.exit(0)
