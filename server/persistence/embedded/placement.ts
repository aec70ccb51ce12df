import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, chmod, constants, cp, lstat, mkdir, realpath, rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from '../../core/shared/logger.ts'
import { findBinaries, type PostgresBinaries, programPath } from './binaries.ts'
import { notWritable, startFailure, withFileErrors } from './failures.ts'
import { canEnter, canExecute, chooseServerAccount, type ServerAccount } from './server-account.ts'

const run = promisify(execFile)

/** Where things go that the server's account could not reach where they belong. */
const sharedRoot = '/var/lib/quarterdeck'

/** Where one embedded server lives and who runs it. */
export interface Placement {
  /** The folder PostgreSQL itself uses; not the asked-for data folder when that one is out of its reach. */
  clusterDir: string
  /** Readable by us alone. */
  passwordFile: string
  logFile: string
  /** Holds `bin`, `lib` and `share`. */
  binariesHome: string
  account: ServerAccount | null
}

/**
 * Finds a place for data and binaries that the account which runs PostgreSQL can reach, and makes the folders.
 * Folders that exist are never changed: what the account cannot reach (a clone in /root) is put under /var/lib/quarterdeck,
 * the data behind a symbolic link, so that removing the link still means starting empty.
 */
export async function placeServer(dataDir: string, logger: Logger): Promise<Placement> {
  const parent = path.dirname(dataDir)
  await withFileErrors(dataDir, () => mkdir(parent, { recursive: true }))
  const link = await lstat(dataDir).catch(() => null)
  if (link?.isFile()) throw notWritable(dataDir, 'it is a file, not a folder')
  const existing = link ? await withFileErrors(dataDir, () => followLink(dataDir)) : null
  const account = await chooseServerAccount(existing ?? dataDir)
  if (account === null) await requireWritable(existing ?? parent, dataDir)
  if (existing && !(await canEnter(existing, account))) {
    throw notWritable(
      dataDir,
      `PostgreSQL runs as the user ${account?.name ?? 'of this process'}, who may not enter it`,
    )
  }
  const clusterDir =
    existing ?? ((await canEnter(parent, account)) ? dataDir : await relocateData(dataDir, account, logger))
  return {
    clusterDir: path.join(await realpath(path.dirname(clusterDir)), path.basename(clusterDir)),
    passwordFile: `${dataDir}.password`,
    logFile: `${dataDir}.log`,
    binariesHome: await placeBinaries(findBinaries(), account, logger),
    account,
  }
}

async function followLink(dataDir: string): Promise<string> {
  return realpath(dataDir).catch(cause => {
    throw notWritable(dataDir, 'it is a symbolic link to a folder that is gone', cause)
  })
}

async function requireWritable(folder: string, dataDir: string): Promise<void> {
  await withFileErrors(dataDir, () => access(folder, constants.R_OK | constants.W_OK | constants.X_OK))
}

async function relocateData(dataDir: string, account: ServerAccount | null, logger: Logger): Promise<string> {
  const id = `${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}-${randomBytes(3).toString('hex')}`
  const home = path.join(sharedRoot, id)
  const clusterDir = path.join(home, 'data')
  await withFileErrors(sharedRoot, async () => {
    await makeOpenFolder(sharedRoot)
    await makeOpenFolder(home)
    // Empty until initdb has finished, and never missing: the link always leads somewhere.
    await makeOpenFolder(clusterDir)
  })
  await withFileErrors(dataDir, () => symlink(clusterDir, dataDir))
  logger.info(
    { dataDir, clusterDir },
    `PostgreSQL runs as ${account?.name}, who cannot enter ${path.dirname(dataDir)}: its data is in ${clusterDir}`,
  )
  return clusterDir
}

async function placeBinaries(
  binaries: PostgresBinaries,
  account: ServerAccount | null,
  logger: Logger,
): Promise<string> {
  if (await canExecute(programPath(binaries.home, 'postgres'), account)) return binaries.home
  if (account === null) {
    throw startFailure(`its programs in ${binaries.home} may not be run by this user`, {
      action: 'Install again as this user, or set DATABASE_URL to a PostgreSQL server of your own.',
    })
  }
  const home = path.join(sharedRoot, `postgresql-${binaries.version}`)
  if (await canExecute(programPath(home, 'postgres'), account)) return home
  await withFileErrors(sharedRoot, () => copyBinaries(binaries.home, home))
  logger.info(
    { home },
    `PostgreSQL runs as ${account.name}, who cannot enter ${binaries.home}: its programs are copied to ${home}`,
  )
  return home
}

/** Complete or absent: copied beside its place, then renamed. */
async function copyBinaries(from: string, to: string): Promise<void> {
  await makeOpenFolder(sharedRoot)
  const staging = `${to}.${randomBytes(4).toString('hex')}`
  try {
    await cp(from, staging, {
      recursive: true,
      verbatimSymlinks: true,
      filter: source => !/\.a$|pkgconfig$|pgxs$/.test(source),
    })
    await run('chmod', ['-R', 'a+rX', staging])
    await rename(staging, to)
  } catch (error) {
    // Another process may have finished the same copy first.
    if (
      !(await access(programPath(to, 'postgres')).then(
        () => true,
        () => false,
      ))
    )
      throw error
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Makes a folder that everybody may enter, whatever the umask; one that exists stays as it is. */
async function makeOpenFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true })
  if (made !== undefined) await chmod(folder, 0o755)
}
