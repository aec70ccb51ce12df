import { randomBytes } from 'node:crypto'
import { chown, link, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { embeddedMajorVersion } from './binaries.ts'
import { diskFull, notWritable, startFailure, withFileErrors } from './failures.ts'
import type { Placement } from './placement.ts'
import { isAlive } from './postmaster.ts'
import { outputOf, runProgram } from './run-program.ts'

/** The database role that owns everything in the embedded server. */
export const embeddedRole = 'quarterdeck'

const draftSuffix = '.initialising-'

/**
 * Makes sure that a complete cluster exists and returns the password of its role. A cluster appears by one rename after
 * initdb has finished, so a crash in the middle leaves nothing half-made, and two processes may race.
 */
export async function ensureCluster(place: Placement): Promise<string> {
  return withFileErrors(place.clusterDir, async () => {
    const version = await readIfThere(path.join(place.clusterDir, 'PG_VERSION'))
    if (version === null) {
      await requireEmpty(place.clusterDir)
      const password = await ensurePassword(place.passwordFile)
      await initialise(place, password)
      return password
    }
    if (Number(version) !== embeddedMajorVersion) {
      throw startFailure(
        `${place.clusterDir} belongs to PostgreSQL ${version.trim()}, this is PostgreSQL ${embeddedMajorVersion}`,
        {
          action:
            'Upgrade the data with pg_upgrade or dump and restore, or set QUARTERDECK_DATA_DIR to another folder.',
        },
      )
    }
    const password = await readIfThere(place.passwordFile)
    if (password === null) {
      throw startFailure(`${place.passwordFile}, the password of its data, is missing`, {
        action: `Put the file back, or move ${place.clusterDir} away to start empty.`,
      })
    }
    return password.trim()
  })
}

/** Written beside its place and linked: never half-written, and of two racing processes the first wins for both. */
async function ensurePassword(passwordFile: string): Promise<string> {
  const existing = await readIfThere(passwordFile)
  if (existing !== null) return existing.trim()
  const draft = `${passwordFile}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true })
    await link(draft, passwordFile).catch(ignoring('EEXIST'))
  } finally {
    await rm(draft, { force: true })
  }
  return (await readFile(passwordFile, 'utf8')).trim()
}

async function initialise(place: Placement, password: string): Promise<void> {
  await removeAbandonedDrafts(place.clusterDir)
  const staging = `${place.clusterDir}${draftSuffix}${process.pid}-${randomBytes(4).toString('hex')}`
  const draft = path.join(staging, 'data')
  const passwordCopy = path.join(staging, 'password')
  try {
    await mkdir(staging, { mode: 0o700 })
    await writeFile(passwordCopy, password, { mode: 0o600 })
    if (place.account) {
      await chown(staging, place.account.uid, place.account.gid)
      await chown(passwordCopy, place.account.uid, place.account.gid)
    }
    await runInitdb(place, draft, passwordCopy)
    // Elsewhere the rename itself replaces an empty folder.
    if (process.platform === 'win32') await rmdir(place.clusterDir).catch(ignoring('ENOENT'))
    await rename(draft, place.clusterDir).catch(ignoring('ENOTEMPTY', 'EEXIST'))
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** What a process left that was killed while initdb ran. */
async function removeAbandonedDrafts(clusterDir: string): Promise<void> {
  const parent = path.dirname(clusterDir)
  const prefix = `${path.basename(clusterDir)}${draftSuffix}`
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length).split('-')[0]))) continue
    await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

async function runInitdb(place: Placement, folder: string, passwordFile: string): Promise<void> {
  const access = [`--username=${embeddedRole}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  // Text sorts by code point, the same on every machine, without the operating system's locales.
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  try {
    await runProgram(place, 'initdb', [`--pgdata=${folder}`, ...access, ...text, '--no-instructions'])
  } catch (error) {
    const output = outputOf(error)
    if (output.includes('No space left on device')) throw diskFull(place.clusterDir, error)
    throw startFailure(`initdb failed: ${firstComplaint(output)}`, { cause: error, internal: output })
  }
}

function firstComplaint(output: string): string {
  const lines = output.split('\n')
  return (lines.find(line => /error|fatal/i.test(line)) ?? lines[0] ?? output).replace(/\.$/, '')
}

async function requireEmpty(folder: string): Promise<void> {
  const entries = (await readdir(folder).catch(ignoring('ENOENT'))) ?? []
  if (entries.length > 0) throw notWritable(folder, 'it holds other files, but no PostgreSQL data')
}

async function readIfThere(file: string): Promise<string | null> {
  return (await readFile(file, 'utf8').catch(ignoring('ENOENT'))) ?? null
}

function ignoring(...codes: string[]): (error: unknown) => undefined {
  return error => {
    if (error instanceof Error && 'code' in error && codes.includes(String(error.code))) return undefined
    throw error
  }
}
