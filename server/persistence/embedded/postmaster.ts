import { readFile, readlink } from 'node:fs/promises'
import path from 'node:path'

/** What a running server says of itself in `postmaster.pid`. */
export interface Postmaster {
  pid: number
  port: number
  status: 'starting' | 'ready' | 'stopping'
}

/** The server that a data folder's `postmaster.pid` speaks of. */
export type PostmasterState =
  | { kind: 'none' }
  /** The process is there and, as far as can be told, is the server. */
  | { kind: 'alive'; postmaster: Postmaster }
  /** The file is left over from a crash, and another program has been given the same process id since. */
  | { kind: 'pid-reused'; pid: number }

/** Reads `postmaster.pid` and asks the operating system whether that server is still there. Changes nothing. */
export async function inspectPostmaster(clusterDir: string): Promise<PostmasterState> {
  const postmaster = parse(await readFile(path.join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => ''))
  if (!postmaster || !isAlive(postmaster.pid)) return { kind: 'none' }
  const folder = await workingFolderOf(postmaster.pid)
  if (folder !== null && folder !== clusterDir) return { kind: 'pid-reused', pid: postmaster.pid }
  return { kind: 'alive', postmaster }
}

/** Lines: pid, data folder, start time, port, socket folder, address, shared memory, status. The last come later. */
function parse(text: string): Postmaster | null {
  const lines = text.split('\n').map(line => line.trim())
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  const status = lines[7]
  return { pid, port: Number(lines[3]), status: status === 'ready' || status === 'stopping' ? status : 'starting' }
}

/** Whether a process with this id exists, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A postmaster works in its data folder. Null where the operating system does not tell. */
async function workingFolderOf(pid: number): Promise<string | null> {
  return readlink(`/proc/${pid}/cwd`).catch(() => null)
}
