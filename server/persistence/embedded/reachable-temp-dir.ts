import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A temporary folder that is removed when its scope ends. */
export interface TempDir {
  path: string
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes a temporary folder that other users may pass through, as a PostgreSQL started by root has to. */
export async function makeReachableTempDir(name = 'quarterdeck-test'): Promise<TempDir> {
  const folder = await mkdtemp(path.join(tmpdir(), `${name}-`))
  await chmod(folder, 0o711)
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}
