import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { databaseUrl, runAsAdmin } from './template-database.ts'
import './global-setup.ts'

/** A database of its own with all migrations applied and nothing else in it. */
export interface TestDatabase {
  url: string
  pool: pg.Pool
  /** Ends the pool and drops the database. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Clones the template database of this test run. Meant for one call per test file; for an empty database, without the
 * tables, pass `empty`.
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const { adminUrl, templateName } = await askBroker()
  const name = `test_${randomBytes(6).toString('hex')}`
  const source = options.empty ? 'template1' : templateName
  await runAsAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${source} STRATEGY file_copy`)
  const url = databaseUrl(adminUrl, name)
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  return {
    url,
    pool,
    async [Symbol.asyncDispose]() {
      await endPool(pool)
      await runAsAdmin(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

/**
 * Ends a pool and waits until its connections are closed, which `pool.end()` alone does not: dropping the database would kill
 * them with an error that nobody hears.
 */
export async function endPool(pool: pg.Pool): Promise<void> {
  let open = pool.totalCount
  const closed = new Promise<void>(resolve => {
    if (open === 0) resolve()
    pool.on('remove', () => {
      open -= 1
      if (open === 0) resolve()
    })
  })
  await pool.end()
  await closed
}

async function askBroker(): Promise<{ adminUrl: string; templateName: string }> {
  const response = await fetch(inject('databaseBrokerUrl'))
  const body = await response.text()
  if (!response.ok) throw new Error(`The database for tests did not start: ${body}`)
  return JSON.parse(body) as { adminUrl: string; templateName: string }
}
