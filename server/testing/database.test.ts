import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from './database.ts'

let first: TestDatabase
let second: TestDatabase

beforeAll(async () => {
  ;[first, second] = await Promise.all([createTestDatabase(), createTestDatabase()])
})

afterAll(async () => {
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
})

test('a test database has every migration applied', async () => {
  const { rows } = await first.pool.query<{ open: number; done: number }>(
    'SELECT count(*) FILTER (WHERE finished_at IS NULL)::int AS open, count(finished_at)::int AS done FROM _prisma_migrations',
  )
  expect(rows[0]?.open).toBe(0)
  expect(rows[0]?.done).toBeGreaterThan(0)
})

test('what is written to one test database is not seen in another', async () => {
  await first.pool.query("INSERT INTO tenant (id, name) VALUES ('elsewhere', 'Elsewhere')")
  const { rows } = await second.pool.query('SELECT FROM tenant WHERE id = $1', ['elsewhere'])
  expect(rows).toHaveLength(0)
})
