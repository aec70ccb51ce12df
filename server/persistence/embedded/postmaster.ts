import { readFileSync } from 'node:fs'
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
  /** Left over from a crash: the process has ended, though its id may be in use again, by another program. */
  | { kind: 'stale'; pid: number }

/** Reads `postmaster.pid` and asks the operating system whether that server is still there. Changes nothing. */
export async function inspectPostmaster(clusterDir: string): Promise<PostmasterState> {
  const postmaster = parse(await readFile(path.join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => ''))
  if (!postmaster) return { kind: 'none' }
  const { pid } = postmaster
  if (!isAlive(pid)) return { kind: 'stale', pid }
  const folder = await workingFolderOf(pid)
  return folder === null || folder === clusterDir ? { kind: 'alive', postmaster } : { kind: 'stale', pid }
}

/** Lines: pid, data folder, start time, port, socket folder, address, shared memory, status. The last come later. */
function parse(text: string): Postmaster | null {
  const lines = text.split('\n').map(line => line.trim())
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  const status = lines[7]
  return { pid, port: Number(lines[3]), status: status === 'ready' || status === 'stopping' ? status : 'starting' }
}

/** Whether a process with this id runs, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !hasEnded(pid)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** In a container whose first process collects no children, a killed server keeps its id as a zombie for good. */
function hasEnded(pid: number): boolean {
  try {
    const [, state] = /\) (\w)[^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return state === 'Z' || state === 'X'
  } catch {
    return false
  }
}

/** A postmaster works in its data folder. Null where the operating system does not tell. */
async function workingFolderOf(pid: number): Promise<string | null> {
  return readlink(`/proc/${pid}/cwd`).catch(() => null)
}
