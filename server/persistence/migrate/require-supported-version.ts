import { QuarterdeckError } from '../../core/shared/errors.ts'

const oldestMajor = 15

/** Fails with DATABASE_TOO_OLD for a `server_version_num` (140012 is 14.12) that Quarterdeck does not run on. */
export function requireSupportedVersion(versionNumber: number): void {
  const major = Math.floor(versionNumber / 10_000)
  if (major >= oldestMajor) return
  throw new QuarterdeckError('DATABASE_TOO_OLD', {
    message: `The database is PostgreSQL ${major}; Quarterdeck needs PostgreSQL ${oldestMajor} or newer.`,
    action: 'Upgrade the server, or leave DATABASE_URL unset to use the embedded one.',
    details: { version: major, required: oldestMajor },
  })
}
