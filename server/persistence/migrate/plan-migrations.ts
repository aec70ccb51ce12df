import { QuarterdeckError } from '../../core/shared/errors.ts'
import { type Migration, matchesChecksum } from './read-migrations.ts'

/** What `_prisma_migrations` says of one migration that was begun and not rolled back. */
export interface RecordedMigration {
  name: string
  checksum: string
  isFinished: boolean
}

export interface MigrationPlan {
  /** To be applied, in order. */
  pending: Migration[]
  /** Applied by a newer version of Quarterdeck. Migrations expand before they contract, so this version runs with them. */
  newer: string[]
}

/**
 * Compares the migrations of this version with those recorded in the database. Fails with MIGRATION_CHANGED when the file
 * of an applied one differs, MIGRATION_FAILED when one was left unfinished, and MIGRATION_UNKNOWN when the database has
 * one that this version should know, or that came after one this version still has to apply.
 */
export function planMigrations(
  migrations: readonly Migration[],
  recorded: readonly RecordedMigration[],
): MigrationPlan {
  const known = new Map(migrations.map(migration => [migration.name, migration]))
  for (const { name, checksum, isFinished } of recorded) {
    if (!isFinished) throw unfinished(name)
    const migration = known.get(name)
    if (migration && !matchesChecksum(migration.sql, checksum)) throw changed(name)
  }
  const recordedNames = new Set(recorded.map(({ name }) => name))
  const pending = migrations.filter(({ name }) => !recordedNames.has(name))
  const newer = [...recordedNames].filter(name => !known.has(name)).toSorted()
  const latest = migrations.at(-1)?.name ?? ''
  const foreign = newer.find(name => name <= latest || pending.length > 0)
  if (foreign !== undefined) throw unknown(foreign)
  return { pending, newer }
}

function changed(name: string): QuarterdeckError {
  return new QuarterdeckError('MIGRATION_CHANGED', {
    message: `The migration ${name} was changed after it had been applied to this database.`,
    action: `Restore prisma/migrations/${name}/migration.sql as it was released, and put the change in a migration of its own.`,
    details: { migration: name },
  })
}

function unknown(name: string): QuarterdeckError {
  return new QuarterdeckError('MIGRATION_UNKNOWN', {
    message: `The database has the migration ${name}, which does not belong to this version's history.`,
    action: 'Start the version of Quarterdeck that made it, or use another database.',
    details: { migration: name },
  })
}

function unfinished(name: string): QuarterdeckError {
  return new QuarterdeckError('MIGRATION_FAILED', {
    message: `The migration ${name} was begun by another tool and never finished.`,
    action: 'Repair the database, then mark it with `prisma migrate resolve`.',
    details: { migration: name },
  })
}
