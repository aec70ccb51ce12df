import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import { type Client, createClient } from './client.ts'
import { testKey } from './running-quarterdeck.ts'

/** A replica in a process of its own, with a data folder of its own. */
export interface ReplicaProcess extends AsyncDisposable {
  child: ChildProcess
  client: Client
  url: string
  /** Its id, as it is known to the others. */
  id: string
  /** Resolves when the process is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

/**
 * Starts a replica on a database that others may be working on; resolves when it takes requests. `program` prints its address as
 * one line of JSON.
 */
export async function startReplicaProcess(
  databaseUrl: string,
  variables: Record<string, string> = {},
  program = path.resolve(import.meta.dirname, 'headless-server.ts'),
): Promise<ReplicaProcess> {
  const folder = await makeReachableTempDir()
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      QUARTERDECK_DATA_DIR: folder.path,
      QUARTERDECK_PORT: '0',
      QUARTERDECK_PRESET: 'testing',
      QUARTERDECK_LOG_LEVEL: 'error',
      QUARTERDECK_API_KEY: testKey,
      QUARTERDECK_ADMIN_PASSWORD: 'a password for tests',
      ...variables,
    },
  })
  const gone = once(child, 'exit')
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    gone.then(async () => {
      await folder[Symbol.asyncDispose]()
      throw new Error('the replica ended before it took requests')
    }),
  ])) as [string]
  const { url } = JSON.parse(line) as { url: string }
  const client = createClient(url, testKey)
  const { replicaId } = await client.query<{ replicaId: string }>('stats.status')
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal)
    await gone
  }
  return {
    child,
    client,
    url,
    id: replicaId,
    end,
    async [Symbol.asyncDispose]() {
      child.kill('SIGCONT')
      await end('SIGKILL')
      await folder[Symbol.asyncDispose]()
    },
  }
}
