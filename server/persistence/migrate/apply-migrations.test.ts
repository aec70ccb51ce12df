import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Logger, silentLogger } from '../../core/shared/logger.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts'
import { applyMigrations } from './apply-migrations.ts'

let database: TestDatabase
let directory: string

beforeEach(async () => {
  database = await createTestDatabase({ empty: true })
  directory = await mkdtemp(path.join(tmpdir(), 'quarterdeck-migrations-'))
})

afterEach(async () => {
  await database[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(directory, name), { recursive: true })
  await writeFile(path.join(directory, name, 'migration.sql'), sql)
}

function apply(options: { lockTimeoutMs?: number; logger?: Logger } = {}) {
  return applyMigrations({ url: database.url, directory, logger: silentLogger, ...options })
}

async function tables(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' ORDER BY 1",
  )
  return rows.map(({ name }) => name)
}

const first = '20260101000000_first'
const second = '20260102000000_second'
const third = '20260103000000_third'

test('migrations are applied once, in the order of their names, and recorded as Prisma records them', async () => {
  await write(second, 'ALTER TABLE ship ADD COLUMN port text; CREATE TABLE crew (id int);')
  await write(first, 'CREATE TABLE ship (id int);')
  expect((await apply()).applied).toEqual([first, second])
  expect((await apply()).applied).toEqual([])
  const { rows } = await database.pool.query(
    `SELECT migration_name, checksum, applied_steps_count, logs, rolled_back_at, finished_at >= started_at AS is_finished
     FROM _prisma_migrations ORDER BY migration_name`,
  )
  const recorded = { applied_steps_count: 1, logs: null, rolled_back_at: null, is_finished: true }
  expect(rows).toEqual([
    { migration_name: first, checksum: sha256('CREATE TABLE ship (id int);'), ...recorded },
    {
      migration_name: second,
      checksum: sha256('ALTER TABLE ship ADD COLUMN port text; CREATE TABLE crew (id int);'),
      ...recorded,
    },
  ])
})

test('of processes that start at once each migration is applied by exactly one, and all of them succeed', async () => {
  await write(first, 'CREATE TABLE ship (id int);')
  await write(second, 'CREATE TABLE crew (id int);')
  const results = await Promise.all(Array.from({ length: 6 }, () => apply()))
  expect(results.flatMap(({ applied }) => applied)).toEqual([first, second])
})

test('a migration that was changed after it was applied is refused by name, and nothing else is applied', async () => {
  await write(first, 'CREATE TABLE ship (id int);')
  await apply()
  await write(first, 'CREATE TABLE ship (id bigint);')
  await write(second, 'CREATE TABLE crew (id int);')
  await expect(apply()).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
    message: expect.stringContaining(first),
    details: { migration: first },
  })
  expect(await tables()).toEqual(['ship'])
})

test('other line endings are not a change', async () => {
  await write(first, 'CREATE TABLE ship (\n  id int\n);\n')
  await apply()
  await write(first, 'CREATE TABLE ship (\r\n  id int\r\n);\r\n')
  await expect(apply()).resolves.toEqual({ applied: [], newer: [] })
})

test('a migration that fails leaves nothing behind, keeps those before it, and is tried again', async () => {
  await write(first, 'CREATE TABLE ship (id int);')
  await write(second, 'CREATE TABLE crew (id int); ALTER TABLE nowhere ADD COLUMN id int;')
  await expect(apply()).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: `The migration ${second} failed and was rolled back: relation "nowhere" does not exist.`,
  })
  expect(await tables()).toEqual(['ship'])
  await write(second, 'CREATE TABLE crew (id int);')
  expect((await apply()).applied).toEqual([second])
})

test('a migration and its record are written together or not at all', async () => {
  const refuseRecord = `ALTER TABLE _prisma_migrations ADD CONSTRAINT refused CHECK (migration_name <> '${first}')`
  await write(first, `CREATE TABLE ship (id int); ${refuseRecord}`)
  await expect(apply()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' })
  expect(await tables()).toEqual([])
})

test('a version runs, with a warning, on a database that a newer one has migrated', async () => {
  await write(first, 'CREATE TABLE ship (id int);')
  await write(second, 'CREATE TABLE crew (id int);')
  await apply()
  await rm(path.join(directory, second), { recursive: true })
  const warnings: Record<string, unknown>[] = []
  const logger: Logger = { ...silentLogger, warn: fields => void warnings.push(fields) }
  expect(await apply({ logger })).toEqual({ applied: [], newer: [second] })
  expect(warnings).toEqual([{ newer: [second] }])
})

test.for([
  { why: 'it should know', missing: first, added: [] },
  { why: 'that came after one it has yet to apply', missing: third, added: ['20260102120000_late'] },
])('a version refuses a database with a migration $why', async ({ missing, added }) => {
  for (const name of [first, second, third]) await write(name, 'SELECT 1;')
  await apply()
  await rm(path.join(directory, missing), { recursive: true })
  for (const name of added) await write(name, 'CREATE TABLE late (id int);')
  await expect(apply()).rejects.toMatchObject({ code: 'MIGRATION_UNKNOWN', details: { migration: missing } })
  expect(await tables()).toEqual([])
})

test('a database that another process keeps locked is given up on in time', async () => {
  await write(first, 'CREATE TABLE ship (id int);')
  const holder = await database.pool.connect()
  try {
    await holder.query('SELECT pg_advisory_lock(72707369)')
    await expect(apply({ lockTimeoutMs: 100 })).rejects.toMatchObject({ code: 'MIGRATION_LOCKED', retryable: true })
  } finally {
    holder.release(true)
  }
  expect((await apply()).applied).toEqual([first])
})

test('a database that cannot be reached is named without its password', async () => {
  const url = 'postgresql://quarterdeck:hunter2@127.0.0.1:1/quarterdeck'
  await expect(applyMigrations({ url, directory, logger: silentLogger })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: 'The database 127.0.0.1:1/quarterdeck cannot be reached: connect ECONNREFUSED 127.0.0.1:1.',
  })
})

test.for(['hunter2', 'localhost:hunter2', 'mysql://x:hunter2@localhost/x'])(
  '%s is refused as an address',
  async url => {
    await expect(applyMigrations({ url, directory, logger: silentLogger })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: 'The address of the database is not of the form postgresql://user:password@host:port/database.',
    })
  },
)

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
