import { silentLogger } from '../core/shared/logger.ts'
import { startThrowawayPostgres } from '../persistence/embedded/throwaway-postgres.ts'
import { applyMigrations } from '../persistence/migrate/apply-migrations.ts'
import { connectClient } from '../persistence/migrate/connect-client.ts'

/** A server for tests that has a database with all migrations applied, to be cloned. */
export interface TemplateDatabase {
  /** Address of a database whose role may create and drop others. */
  adminUrl: string
  templateName: string
  stop(): Promise<void>
}

/**
 * Starts a throw-away PostgreSQL and makes the template in it. With QUARTERDECK_TEST_DATABASE_URL it uses that server
 * instead and leaves nothing behind there: so the tests can run against any supported version.
 */
export async function startTemplateDatabase(): Promise<TemplateDatabase> {
  await using cleanup = new AsyncDisposableStack()
  const adminUrl = process.env['QUARTERDECK_TEST_DATABASE_URL'] ?? cleanup.use(await startThrowawayPostgres()).url
  const templateName = `quarterdeck_template_${process.pid}`
  await runAsAdmin(adminUrl, `CREATE DATABASE ${templateName}`)
  cleanup.defer(() => runAsAdmin(adminUrl, `DROP DATABASE IF EXISTS ${templateName} WITH (FORCE)`))
  await applyMigrations({ url: databaseUrl(adminUrl, templateName), logger: silentLogger })
  const owned = cleanup.move()
  return { adminUrl, templateName, stop: () => owned.disposeAsync() }
}

/** The same server and role, another database. */
export function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  return url.href
}

/** Runs one statement that cannot run in a transaction, such as CREATE DATABASE, over a connection of its own. */
export async function runAsAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = await connectClient(adminUrl, 'quarterdeck tests')
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
