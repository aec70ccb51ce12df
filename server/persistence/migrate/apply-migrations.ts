import pg from 'pg'
import { QuarterdeckError } from '../../core/shared/errors.ts'
import type { Logger } from '../../core/shared/logger.ts'
import { connectClient } from './connect-client.ts'
import { planMigrations, type RecordedMigration } from './plan-migrations.ts'
import { checksumOf, type Migration, migrationsDirectory, readMigrations } from './read-migrations.ts'
import { requireSupportedVersion } from './require-supported-version.ts'

/** The key that Prisma's own migrate command locks, so that the two exclude each other. */
const advisoryLockKey = 72_707_369
/** How long a statement of a migration may wait for a table that a running replica uses, before it gives way. */
const tableLockTimeoutMs = 30_000

export interface ApplyMigrationsOptions {
  /** The database. The role must be allowed to create tables. */
  url: string
  logger: Logger
  directory?: string
  /** How long to wait while another process migrates the same database. */
  lockTimeoutMs?: number
}

export interface AppliedMigrations {
  /** Applied by this call, in order. Empty when the database was up to date. */
  applied: string[]
  /** Known to the database only: it has been used by a newer version. */
  newer: string[]
}

/**
 * Brings a database up to date: each migration in a transaction of its own, recorded in `_prisma_migrations` as Prisma
 * does. Idempotent; processes that call it at once take turns. Fails, with nothing half-applied, with
 * DATABASE_UNAVAILABLE, DATABASE_TOO_OLD or one of the MIGRATION_ codes.
 */
export async function applyMigrations(options: ApplyMigrationsOptions): Promise<AppliedMigrations> {
  const { url, logger, directory = migrationsDirectory, lockTimeoutMs = 60_000 } = options
  const migrations = await readMigrations(directory)
  const client = await connectClient(url, 'quarterdeck migrations')
  try {
    requireSupportedVersion(await readVersion(client))
    await lock(client, lockTimeoutMs)
    await client.query(createRecordTable)
    const { pending, newer } = planMigrations(migrations, await readRecorded(client))
    if (newer.length > 0) {
      logger.warn({ newer }, 'The database was migrated by a newer version of Quarterdeck; this version runs beside it')
    }
    for (const migration of pending) {
      await applyOne(client, migration)
      logger.info({ migration: migration.name }, 'Migration applied')
    }
    return { applied: pending.map(({ name }) => name), newer }
  } finally {
    // Ending the session gives the advisory lock back.
    await client.end().catch(() => {})
  }
}

async function readVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ number: number }>("SELECT current_setting('server_version_num')::int AS number")
  return rows[0]?.number ?? 0
}

async function lock(client: pg.Client, timeoutMs: number): Promise<void> {
  await client.query("SELECT set_config('lock_timeout', $1, false)", [String(timeoutMs)])
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLockKey])
  } catch (cause) {
    if (!isLockTimeout(cause)) throw cause
    throw new QuarterdeckError('MIGRATION_LOCKED', {
      message: `Another process has been migrating this database for more than ${timeoutMs / 1000} s.`,
      action: 'Wait until it has finished; if none runs, end the session that holds the advisory lock.',
      retryable: true,
      cause,
    })
  }
  await client.query("SELECT set_config('lock_timeout', $1, false)", [String(tableLockTimeoutMs)])
}

async function readRecorded(client: pg.Client): Promise<RecordedMigration[]> {
  const { rows } = await client.query<RecordedMigration>(`
    SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS "isFinished"
    FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name`)
  return rows
}

/** A failure leaves neither a change nor a record, so the next start simply tries again. */
async function applyOne(client: pg.Client, { name, sql }: Migration): Promise<void> {
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(insertRecord, [checksumOf(sql), name])
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => {})
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new QuarterdeckError('MIGRATION_FAILED', {
      message: `The migration ${name} failed and was rolled back: ${reason}.`,
      action: isLockTimeout(cause)
        ? 'A table was in use for too long; start again when the database is less busy.'
        : 'Nothing was changed; put the cause right and start again.',
      details: { migration: name },
      retryable: isLockTimeout(cause),
      cause,
    })
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55P03'
}

const createRecordTable = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`

const insertRecord = `
  INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  VALUES (gen_random_uuid()::text, $1, $2, now(), clock_timestamp(), 1)`
