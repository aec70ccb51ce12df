import { expect, test } from 'vitest'
import { readConfig } from '#server/config/read-config.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import { createTestDatabase } from '#server/testing/database.ts'
import { openDatabase } from './open-database.ts'

test('a connection that is lost in the middle of a transaction fails its query and nothing else', async () => {
  await using testDatabase = await createTestDatabase()
  await using folder = await makeReachableTempDir()
  const { config } = readConfig({ DATABASE_URL: testDatabase.url, QUARTERDECK_DATA_DIR: folder.path })
  const { pool, hot, close } = await openDatabase(config, silentLogger)
  for (const connections of [pool, hot]) {
    const client = await connections.connect()
    await client.query('BEGIN')
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // Between two statements there is no query that could fail: the loss is an event of the connection alone.
    const lost = new Promise(resolve => client.once('end', resolve))
    await testDatabase.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
    await lost
    await expect(client.query('COMMIT')).rejects.toThrow()
    client.release()
    expect((await connections.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  }
  await close()
}, 30_000)
