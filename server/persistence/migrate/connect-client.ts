import pg from 'pg'
import { QuarterdeckError } from '../../core/shared/errors.ts'

/** Opens a connection of its own. Fails with DATABASE_UNAVAILABLE, naming the server but never the password. */
export async function connectClient(url: string, applicationName: string): Promise<pg.Client> {
  requirePostgresUrl(url)
  let client: pg.Client | null = null
  try {
    client = new pg.Client({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: 10_000,
    })
    // A connection that breaks later fails the query in flight; unheard, the event would end the process.
    client.on('error', () => {})
    await client.connect()
    return client
  } catch (cause) {
    await client?.end().catch(() => {})
    throw databaseUnavailable(url, cause)
  }
}

/** For a valid address: DATABASE_UNAVAILABLE with the server's address and the reason, in one sentence. */
export function databaseUnavailable(url: string, cause: unknown): QuarterdeckError {
  return new QuarterdeckError('DATABASE_UNAVAILABLE', {
    message: `The database ${withoutSecrets(url)} cannot be reached: ${reasonOf(cause)}.`,
    action: 'Check DATABASE_URL and that the server runs and accepts connections from here.',
    retryable: true,
    cause,
  })
}

function requirePostgresUrl(url: string): void {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return
  throw new QuarterdeckError('DATABASE_UNAVAILABLE', {
    message: 'The address of the database is not of the form postgresql://user:password@host:port/database.',
    action: 'Correct DATABASE_URL, or leave it unset to use the embedded PostgreSQL.',
  })
}

function withoutSecrets(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function reasonOf(cause: unknown): string {
  // Node tries every address of a name and reports all failures as one error without a message.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
  return first instanceof Error ? first.message.replace(/\.$/, '') : String(first)
}
