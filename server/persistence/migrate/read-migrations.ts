import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { QuarterdeckError } from '../../core/shared/errors.ts'

/** One folder `<timestamp>_<name>` with its `migration.sql`. */
export interface Migration {
  name: string
  sql: string
}

/** Where the project keeps its migrations. */
export const migrationsDirectory = path.resolve(import.meta.dirname, '../../../prisma/migrations')

/** Reads all migrations, in the order in which they are applied: by name, which begins with a timestamp. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const names = entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
  return Promise.all(names.toSorted().map(async name => ({ name, sql: await readSql(directory, name) })))
}

/** The checksum that Prisma records: SHA-256 of the file, in hexadecimal. */
export function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}

/** Whether a recorded checksum fits the file; other line endings, as git makes them on Windows, are no change. */
export function matchesChecksum(sql: string, checksum: string): boolean {
  const unix = sql.replaceAll('\r\n', '\n')
  return [sql, unix, unix.replaceAll('\n', '\r\n')].some(variant => checksumOf(variant) === checksum)
}

async function readSql(directory: string, name: string): Promise<string> {
  return readFile(path.join(directory, name, 'migration.sql'), 'utf8').catch((cause: unknown) => {
    throw new QuarterdeckError('MIGRATION_FAILED', {
      message: `The migration ${name} has no readable migration.sql.`,
      action: 'Restore the file from version control, or remove the folder if it was never released.',
      cause,
    })
  })
}
