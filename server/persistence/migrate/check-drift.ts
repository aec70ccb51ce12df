import { silentLogger } from '../../core/shared/logger.ts'
import { startThrowawayPostgres } from '../embedded/throwaway-postgres.ts'
import { applyMigrations } from './apply-migrations.ts'
import { findDrift } from './find-drift.ts'

/**
 * Fails when prisma/schema and prisma/migrations do not describe the same tables. Migrates a throw-away database for it,
 * or the one whose address is given as the only argument.
 */
async function checkDrift(givenUrl: string | undefined): Promise<boolean> {
  await using cleanup = new AsyncDisposableStack()
  const url = givenUrl ?? cleanup.use(await startThrowawayPostgres()).url
  await applyMigrations({ url, logger: silentLogger })
  const drift = await findDrift(url)
  if (drift === null) console.log('The Prisma schema and the migrations agree.')
  else console.error(`The Prisma schema differs from the migrations. A migration is missing for:\n\n${drift}`)
  return drift === null
}

if (!(await checkDrift(process.argv[2]))) process.exitCode = 1
