import { execFile } from 'node:child_process'
import { access, constants, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { startFailure } from './failures.ts'

const run = promisify(execFile)

/** The user of the operating system that PostgreSQL runs as, because it refuses to run as root. */
export interface ServerAccount {
  uid: number
  gid: number
  /** For log lines. */
  name: string
}

/**
 * Who PostgreSQL runs as: null for ourselves. As root it is the owner of an existing cluster, else the user `postgres`,
 * made when the machine has none.
 */
export async function chooseServerAccount(clusterDir: string): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null
  const cluster = await stat(clusterDir).catch(() => null)
  if (cluster && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid, name: await userName(cluster.uid) }
  return (await lookUp('postgres')) ?? (await createPostgresUser())
}

/** Whether the account (null: ourselves) may enter this folder, all folders above it included. */
export async function canEnter(folder: string, account: ServerAccount | null): Promise<boolean> {
  return passes('test -x "$1/."', folder, account, () => access(folder, constants.X_OK))
}

/** Whether the account (null: ourselves) may run this program. */
export async function canExecute(program: string, account: ServerAccount | null): Promise<boolean> {
  return passes('test -x "$1" && test -r "$1"', program, account, () => access(program, constants.X_OK))
}

async function passes(test: string, target: string, account: ServerAccount | null, asOurselves: () => Promise<void>) {
  const asking = account
    ? run('/bin/sh', ['-c', test, 'sh', target], { ...identityOf(account), cwd: '/' })
    : asOurselves()
  return asking.then(
    () => true,
    () => false,
  )
}

/** The `uid` and `gid` options of a child process that runs as this account. */
export function identityOf(account: ServerAccount | null): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {}
}

async function lookUp(name: string): Promise<ServerAccount | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout), name }
  } catch {
    return null
  }
}

async function userName(uid: number): Promise<string> {
  return run('id', ['-un', String(uid)]).then(
    ({ stdout }) => stdout.trim(),
    () => String(uid),
  )
}

async function createPostgresUser(): Promise<ServerAccount> {
  const home = ['--home-dir', '/nonexistent', '--no-create-home']
  try {
    await run('useradd', ['--system', '--user-group', ...home, '--shell', '/usr/sbin/nologin', 'postgres'])
    const account = await lookUp('postgres')
    if (account) return account
    throw new Error('useradd succeeded, but there is no user postgres')
  } catch (cause) {
    throw startFailure('it does not run as root, and the user postgres could not be made', {
      action: 'Make a user named postgres, start Quarterdeck as an ordinary user, or set DATABASE_URL.',
      cause,
    })
  }
}
