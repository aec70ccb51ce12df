import { expect, test } from 'vitest'
import { readConfig } from '#server/config/read-config.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { startQuarterdeck } from './start-quarterdeck.ts'

test('a second process on the same data folder is refused with one sentence, and the first works on', async () => {
  await using first = await runQuarterdeck()
  const { config } = readConfig(first.environment)
  const second = startQuarterdeck(config, { logger: silentLogger, dev: false, headless: true })
  await expect(second).rejects.toMatchObject({
    code: 'REPLICA_IN_USE',
    message: expect.stringContaining('data folder'),
  })
  expect(await first.client.query('stats.status')).toMatchObject({ initialized: true })
})

test('a port that is taken is refused with its number, and nothing is left running', async () => {
  await using first = await runQuarterdeck()
  await using other = await runQuarterdeck()
  await other.quarterdeck.stop()
  const port = new URL(first.quarterdeck.url).port
  const { config } = readConfig({ ...other.environment, QUARTERDECK_PORT: port })
  const start = startQuarterdeck(config, { logger: silentLogger, dev: false, headless: true })
  await expect(start).rejects.toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining(port) })
  const { rows } = await first.database.pool.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'quarterdeck%'`,
    [new URL(other.database.url).pathname.slice(1)],
  )
  expect(rows).toEqual([{ count: '0' }])
  const told = await other.database.pool.query<{ type: string; count: string }>(
    `SELECT e->>'type' AS type, count(*) FROM event_batch b, jsonb_array_elements(b.events::jsonb) e
     WHERE e->>'type' LIKE 'replica.%' GROUP BY 1 ORDER BY 1`,
  )
  expect(told.rows).toEqual([
    { type: 'replica.joined', count: '2' },
    { type: 'replica.left', count: '2' },
  ])
})

test('a key that does not open what was sealed is refused with one sentence', async () => {
  await using running = await runQuarterdeck({ QUARTERDECK_SECRET_KEY: 'a'.repeat(64) })
  await running.client.mutate('modules.register', {
    id: 'sealed',
    name: 'Sealed',
    category: 'test',
    version: '1',
    capabilities: [{ type: 'sealed' }],
    instances: [],
  })
  await running.quarterdeck.stop()
  const { config } = readConfig({ ...running.environment, QUARTERDECK_SECRET_KEY: 'b'.repeat(64) })
  const start = startQuarterdeck(config, { logger: silentLogger, dev: false, headless: true })
  await expect(start).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})
